//! One-time codes that callers show for their sessions.

use std::sync::Arc;

use contract::{EnabledMfa, Entity, Identities, IdentityChange, MfaDeviceRecord};
use gate::mfa::{open_seed, step_of_code};
use policy::Principal;
use tokio::sync::OwnedMutexGuard;

use crate::{error::Error, room::Call};

/// A good code. Nobody else may show one while it is held, and it is spent with its change.
pub(crate) struct GoodCode {
    pub(crate) change: IdentityChange,
    _turn: OwnedMutexGuard<()>,
}

impl Call<'_> {
    /// None when no code is shown.
    pub(crate) async fn check_code(
        &self,
        serial_number: Option<&str>,
        code: Option<&str>,
    ) -> Result<Option<GoodCode>, Error> {
        let (serial_number, code) = match (serial_number, code) {
            (None, None) => return Ok(None),
            (Some(serial_number), Some(code)) => (serial_number, code),
            _ => return Err(failed(", must provide both MFA serial number and one time pass code. ")),
        };
        let turn = self.room.turns.take(self.caller.account()).await;
        let identities = self.identities().await?;
        let (device, enabled) = self.own_device(&identities, serial_number).ok_or_else(unknown_device)?;
        if !self.room.wrong_codes.may_try(serial_number, self.now()) {
            return Err(wrong_code());
        }
        let unreadable = |_| Error::Internal("the seed of an MFA device cannot be opened".to_owned());
        let seed = open_seed(&self.room.mfa_key, device).map_err(unreadable)?;
        let Some(step) = step_of_code(&seed, code, self.now(), enabled.last_step) else {
            self.room.wrong_codes.note(serial_number, self.now());
            return Err(wrong_code());
        };
        let enabled = EnabledMfa { last_step: step, ..enabled.clone() };
        let device = MfaDeviceRecord { enabled: Some(enabled), ..MfaDeviceRecord::clone(device) };
        Ok(Some(GoodCode { change: identities.change().put(Entity::MfaDevice(device)), _turn: turn }))
    }

    /// The enabled device with this serial number, if it is the caller's own.
    fn own_device<'a>(
        &self,
        identities: &'a Identities,
        serial_number: &str,
    ) -> Option<(&'a Arc<MfaDeviceRecord>, &'a EnabledMfa)> {
        let owner = match self.caller.principal() {
            Principal::User(user) => user.id.as_str(),
            Principal::Root { account } => account.as_str(),
            _ => return None,
        };
        let device = identities.mfa_device(serial_number)?;
        let enabled = device.enabled.as_ref().filter(|enabled| enabled.owner == owner)?;
        Some((device, enabled))
    }
}

fn failed(how: &str) -> Error {
    Error::Forbidden(format!("MultiFactorAuthentication failed{how}"))
}

fn wrong_code() -> Error {
    failed(" with invalid MFA one time pass code. ")
}

fn unknown_device() -> Error {
    failed(
        ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    )
}
