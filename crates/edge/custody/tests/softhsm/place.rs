//! Tokens of a test's own.

use std::path::PathBuf;
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;
use terms::Entropy;

pub(crate) const PIN: &str = "right-1234";
const MODULES: [&str; 3] =
    ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"];
const INSTALL: &str = "please install what Debian calls softhsm2";
/// Names the test that a process is for.
const STORY: &str = "CUSTODY_STORY";

/// SoftHSM looks for its tokens where a variable of the process says. So that each test has a folder of its own, each is
/// told in a process of its own: this test again, and no other.
pub(crate) fn in_a_place_of_its_own(test: &str, story: impl FnOnce()) {
    if std::env::var_os(STORY).is_some_and(|told| *told == *test) {
        return story();
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let config = folder.path().join("softhsm2.conf");
    let text = format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&config, text).unwrap();

    let mut alone = Command::new(std::env::current_exe().unwrap());
    alone.args([test, "--exact", "--nocapture"]).env("SOFTHSM2_CONF", config).env(STORY, test);
    let told = alone.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    assert!(told.status.success() && out.contains("1 passed"), "{out}\n{err}");
}

pub(crate) fn module() -> PathBuf {
    let found = MODULES.into_iter().map(PathBuf::from).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("there is no SoftHSM in {MODULES:?}: {INSTALL}"))
}

pub(crate) struct Chance;

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).unwrap();
    }
}

pub(crate) struct Token {
    pub(crate) label: String,
    serial: String,
    slot: u64,
}

impl Token {
    pub(crate) fn new(label: &str) -> Self {
        let before = all_tokens();
        let mut tool = Command::new("softhsm2-util");
        tool.args(["--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "security-officer"]);
        let told = tool.output().unwrap_or_else(|error| panic!("softhsm2-util: {error}: {INSTALL}"));
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let is_new = |(_, token): &(Slot, TokenInfo)| {
            before.iter().all(|(_, other)| other.serial_number() != token.serial_number())
        };
        let (slot, token) = all_tokens().into_iter().find(is_new).unwrap();
        assert_eq!(token.label(), label);
        Self { label: label.to_owned(), serial: token.serial_number().to_owned(), slot: slot.id() }
    }

    pub(crate) fn serial(&self) -> String {
        self.serial.clone()
    }

    pub(crate) fn slot(&self) -> u64 {
        self.slot
    }

    /// At the token, without custody in between.
    pub(crate) fn session(&self, story: impl FnOnce(&Session)) {
        with_module(|module| {
            let session = module.open_rw_session(self.slot.try_into().unwrap()).unwrap();
            session.login(UserType::User, Some(&AuthPin::from(PIN))).unwrap();
            story(&session);
        });
    }
}

fn all_tokens() -> Vec<(Slot, TokenInfo)> {
    with_module(|module| {
        let slots = module.get_slots_with_initialized_token().unwrap();
        slots.into_iter().map(|slot| (slot, module.get_token_info(slot).unwrap())).collect()
    })
}

fn with_module<T>(story: impl FnOnce(&Pkcs11) -> T) -> T {
    let module = Pkcs11::new(module()).unwrap();
    module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    let told = story(&module);
    module.finalize().unwrap();
    told
}
