//! What all environments of a host share.

use std::path::PathBuf;
use std::sync::Arc;

use terms::Clock;
use tokio::sync::mpsc;

use super::confinement::Confinement;
use crate::protocol::Frame;
use crate::settings::Settings;

pub(super) struct Surface {
    pub(super) settings: Settings,
    pub(super) confinement: Confinement,
    pub(super) clock: Arc<dyn Clock>,
    /// Where our own clients of the Runtime API lie.
    pub(super) runtime_folder: PathBuf,
    /// Where functions have their temporary folders.
    pub(super) environments_folder: PathBuf,
    /// A copy that every function may read.
    pub(super) ca_bundle: Option<PathBuf>,
    pub(super) to_server: mpsc::UnboundedSender<Frame>,
}
