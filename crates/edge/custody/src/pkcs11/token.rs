//! A visit to a token: its module is loaded, the token found, the PIN given once, and all of it left behind in the end.

use std::fmt;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::{MechanismInfo, MechanismType};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::RawAuthPin;
use parking_lot::Mutex;
use terms::SecretBytes;

use super::{Pkcs11Settings, TokenChoice};
use crate::TokenError;
use crate::error::TriesLeft;

/// A module and a login belong to the whole process, so that there is one visit at a time.
static TURN: Mutex<()> = Mutex::new(());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Use,
    Change,
}

/// Logged in at the token.
pub(super) struct Visit {
    pub(super) session: Session,
    pub(super) token_serial: String,
    module: Pkcs11,
    slot: Slot,
}

impl Visit {
    /// What the token says of a mechanism; none if it does not have it.
    pub(super) fn mechanism(&self, mechanism: MechanismType) -> Option<MechanismInfo> {
        let is_offered = self.module.get_mechanism_list(self.slot).is_ok_and(|offered| offered.contains(&mechanism));
        if is_offered { self.module.get_mechanism_info(self.slot, mechanism).ok() } else { None }
    }
}

pub(super) fn visit<T>(
    settings: &Pkcs11Settings,
    access: Access,
    business: impl FnOnce(&Visit) -> Result<T, TokenError>,
) -> Result<T, TokenError> {
    let _turn = TURN.lock();
    let no_module = |error: Error| TokenError::Module { path: settings.module.clone(), cause: error.to_string() };
    let module = Pkcs11::new(&settings.module).map_err(no_module)?;
    let is_ours = match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) => true,
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => false,
        Err(error) => return Err(no_module(error)),
    };
    let done = at_token(&module, settings, access, business);
    if is_ours {
        // What was asked is done; a module that cannot say goodbye is let go of all the same.
        let _ = module.finalize();
    }
    done
}

fn at_token<T>(
    module: &Pkcs11,
    settings: &Pkcs11Settings,
    access: Access,
    business: impl FnOnce(&Visit) -> Result<T, TokenError>,
) -> Result<T, TokenError> {
    let (slot, token) = find(module, &settings.token)?;
    let session = match access {
        Access::Use => module.open_ro_session(slot),
        Access::Change => module.open_rw_session(slot),
    };
    let session = session.map_err(refused("open a session"))?;
    let needs_login = token.login_required();
    if needs_login {
        log_in(module, slot, &session, &token, &settings.pin)?;
    }
    let token_serial = printable(token.serial_number());
    let visit = Visit { session, token_serial, module: module.clone(), slot };
    let done = business(&visit);
    if needs_login {
        // Closing the session, which is next, does it too.
        let _ = visit.session.logout();
    }
    done
}

fn find(module: &Pkcs11, choice: &TokenChoice) -> Result<(Slot, TokenInfo), TokenError> {
    let slots = module.get_slots_with_token().map_err(refused("list its tokens"))?;
    // A slot whose token cannot be read is as good as empty.
    let tokens = slots.into_iter().filter_map(|slot| Some((slot, module.get_token_info(slot).ok()?)));
    let tokens: Vec<(Slot, TokenInfo)> = tokens.filter(|(_, token)| token.token_initialized()).collect();
    let is_meant = |(slot, token): &&(Slot, TokenInfo)| match choice {
        TokenChoice::Label(label) => token.label() == label,
        TokenChoice::Serial(serial) => token.serial_number() == serial,
        TokenChoice::Slot(id) => slot.id() == *id,
    };
    let mut meant = tokens.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(token), None) => Ok(token.clone()),
        (Some(_), Some(_)) => Err(TokenError::SeveralTokens { asked: choice.to_string() }),
        (None, _) => {
            let present = tokens.iter().map(|(_, token)| printable(token.label())).collect();
            Err(TokenError::NoToken { asked: choice.to_string(), present })
        }
    }
}

/// Gives the PIN, once and only if it cannot lock the token: a server that is started again and again must not be what
/// destroys a key.
fn log_in(
    module: &Pkcs11,
    slot: Slot,
    session: &Session,
    token: &TokenInfo,
    pin: &SecretBytes,
) -> Result<(), TokenError> {
    PinState::of(token).may_be_tried()?;
    let pin = RawAuthPin::new(Box::new(pin.expose().to_vec()));
    match session.login_with_raw(UserType::User, &pin) {
        Ok(()) => Ok(()),
        Err(Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _)) => {
            let now = module.get_token_info(slot).map_err(refused("tell about its PIN"))?;
            Err(PinState::of(&now).after_wrong_pin())
        }
        Err(Error::Pkcs11(RvError::PinLocked, _)) => Err(TokenError::PinLocked),
        Err(Error::Pkcs11(RvError::PinExpired | RvError::UserPinNotInitialized, _)) => Err(TokenError::PinUnusable),
        Err(error) => Err(refused("log in")(error)),
    }
}

/// What a token says about its user PIN. PKCS#11 knows no number of tries.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PinState {
    pub(super) is_set: bool,
    pub(super) is_locked: bool,
    pub(super) has_few_tries: bool,
    pub(super) has_one_try: bool,
}

impl PinState {
    fn of(token: &TokenInfo) -> Self {
        Self {
            is_set: token.user_pin_initialized(),
            is_locked: token.user_pin_locked(),
            has_few_tries: token.user_pin_count_low(),
            has_one_try: token.user_pin_final_try(),
        }
    }

    pub(super) fn may_be_tried(self) -> Result<(), TokenError> {
        match self {
            Self { is_locked: true, .. } => Err(TokenError::PinLocked),
            Self { has_one_try: true, .. } => Err(TokenError::PinNotTried),
            Self { is_set: false, .. } => Err(TokenError::PinUnusable),
            Self { .. } => Ok(()),
        }
    }

    pub(super) fn after_wrong_pin(self) -> TokenError {
        match self {
            Self { is_locked: true, .. } => TokenError::PinLocked,
            Self { has_one_try: true, .. } => TokenError::PinWrong { left: TriesLeft::One },
            Self { has_few_tries: true, .. } => TokenError::PinWrong { left: TriesLeft::Few },
            Self { .. } => TokenError::PinWrong { left: TriesLeft::Unknown },
        }
    }
}

/// The token would not do this.
pub(super) fn refused(to: &'static str) -> impl Fn(Error) -> TokenError {
    move |error| TokenError::Refused { to, cause: error.to_string() }
}

/// Names come from the token, and go to a terminal.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect()
}

impl fmt::Display for TokenChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "the label {label}"),
            Self::Serial(serial) => write!(f, "the serial number {serial}"),
            Self::Slot(slot) => write!(f, "the slot {slot}"),
        }
    }
}
