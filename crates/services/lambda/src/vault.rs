//! Code and environments at rest: sealed, bound to their function, and opened for the holder of a permit only.

use bytes::Bytes;
use contract::{FunctionRecord, SealedBytes};
use policy::{Action, Permit};
use seal::{KeyMaterial, OpenError, SealError, open_token, seal_token};
use terms::{Entropy, SecretBytes, Uid};

/// Seals for the store, and opens.
pub struct Vault(KeyMaterial);

#[derive(Debug, Clone, thiserror::Error)]
pub enum VaultError {
    #[error("what is sealed of {0} cannot be opened")]
    Damaged(String),
    #[error("something of a function cannot be sealed")]
    Sealing,
    #[error("something of a function was to be opened without the right to it")]
    WrongPermit,
}

/// Under these permits code goes to the host, and to nobody else.
const OPENS_CODE: &[Action] = &[Action::new("lambda:InvokeFunction"), Action::new("lambda:InvokeQueued")];

/// Under these permits variables are shown, or given to the function.
const OPENS_ENVIRONMENTS: &[Action] = &[
    Action::new("lambda:InvokeFunction"),
    Action::new("lambda:InvokeQueued"),
    Action::new("lambda:GetFunction"),
    Action::new("lambda:GetFunctionConfiguration"),
    Action::new("lambda:CreateFunction"),
    Action::new("lambda:UpdateFunctionCode"),
    Action::new("lambda:UpdateFunctionConfiguration"),
    Action::new("lambda:PublishVersion"),
    Action::new("lambda:ListVersionsByFunction"),
];

/// And under this one for every function of the account.
const LISTS_ENVIRONMENTS: Action = Action::new("lambda:ListFunctions");

/// What something sealed is bound to.
pub(crate) struct Owner<'a> {
    pub(crate) arn: &'a str,
    pub(crate) uid: Uid,
}

impl<'a> Owner<'a> {
    pub(crate) fn of(function: &'a FunctionRecord) -> Self {
        Self { arn: &function.arn, uid: function.uid }
    }

    /// An ARN holds no blank, so the parts cannot run into each other.
    fn binding(&self, what: &str) -> Vec<u8> {
        format!("function {what} {} {}", self.arn, self.uid).into_bytes()
    }

    fn code_binding(&self, sha256: &[u8; 32]) -> Vec<u8> {
        let mut binding = self.binding("code");
        binding.push(b' ');
        binding.extend_from_slice(sha256);
        binding
    }

    /// Is the permit for this function, or for a qualifier of it, with one of these actions?
    fn require(&self, permit: &Permit, actions: &[Action]) -> Result<(), VaultError> {
        let resource = permit.resource_for(actions).map_err(|_| VaultError::WrongPermit)?;
        let is_own = resource.strip_prefix(self.arn).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        if is_own { Ok(()) } else { Err(VaultError::WrongPermit) }
    }
}

impl Vault {
    pub fn new(key: KeyMaterial) -> Self {
        Self(key)
    }

    pub(crate) fn seal_code(
        &self,
        owner: &Owner<'_>,
        sha256: &[u8; 32],
        archive: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<SealedBytes, VaultError> {
        Ok(SealedBytes::new(seal_token(&self.0, &owner.code_binding(sha256), archive, entropy)?))
    }

    pub(crate) fn open_code(
        &self,
        owner: &Owner<'_>,
        sha256: &[u8; 32],
        sealed: &SealedBytes,
        permit: &Permit,
    ) -> Result<Bytes, VaultError> {
        owner.require(permit, OPENS_CODE)?;
        let opened = open_token(&self.0, &owner.code_binding(sha256), sealed.as_bytes());
        let archive = opened.map_err(|OpenError| VaultError::Damaged(format!("the code of {}", owner.arn)))?;
        // Code is no secret of the kind that must be wiped, and the host keeps it unpacked.
        Ok(Bytes::copy_from_slice(archive.expose()))
    }

    pub(crate) fn seal_environment(
        &self,
        owner: &Owner<'_>,
        json: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<SealedBytes, VaultError> {
        Ok(SealedBytes::new(seal_token(&self.0, &owner.binding("environment"), json, entropy)?))
    }

    pub(crate) fn open_environment(
        &self,
        owner: &Owner<'_>,
        sealed: &SealedBytes,
        permit: &Permit,
    ) -> Result<SecretBytes, VaultError> {
        if permit.covers_every(LISTS_ENVIRONMENTS).is_err() {
            owner.require(permit, OPENS_ENVIRONMENTS)?;
        }
        let opened = open_token(&self.0, &owner.binding("environment"), sealed.as_bytes());
        opened.map_err(|OpenError| VaultError::Damaged(format!("the environment of {}", owner.arn)))
    }
}

impl From<SealError> for VaultError {
    fn from(_: SealError) -> Self {
        Self::Sealing
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use policy::{Documents, MapContext, PermitIssuer, Principal, Question, Resource, decide};
    use terms::{AccountId, RequestId};

    use super::*;

    const APP: &str = "arn:aws:lambda:eu-central-1:111122223333:function:app";

    struct Counting(AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    fn vault() -> Vault {
        Vault::new(KeyMaterial::from_bytes(&SecretBytes::new(vec![7; 32])).unwrap())
    }

    fn entropy() -> Counting {
        Counting(AtomicU8::new(0))
    }

    fn owner(arn: &str, uid: u8) -> Owner<'_> {
        Owner { arn, uid: Uid::from_bytes([uid; 16]) }
    }

    fn permit(action: &'static str, resource: Resource) -> Permit {
        let account = AccountId::parse("111122223333").unwrap();
        let principal = Principal::Root { account };
        let request = RequestId::from_bytes([0; 16]);
        let question = Question { principal, action: Action::new(action), resource, request };
        PermitIssuer::for_gate().grant(decide(question, &Documents::default(), &MapContext::default())).unwrap()
    }

    fn for_function(action: &'static str, arn: &str) -> Permit {
        let account = AccountId::parse("111122223333").unwrap();
        permit(action, Resource::One { arn: arn.into(), account, asked: arn.into() })
    }

    #[test]
    fn code_opens_for_its_own_function_and_digest() {
        let (vault, app) = (vault(), owner(APP, 1));
        let sealed = vault.seal_code(&app, &[1; 32], b"zip", &entropy()).unwrap();
        let invoke = for_function("lambda:InvokeFunction", APP);
        assert_eq!(vault.open_code(&app, &[1; 32], &sealed, &invoke).unwrap(), "zip");
        assert!(vault.open_code(&app, &[2; 32], &sealed, &invoke).is_err());
        assert!(vault.open_code(&owner(APP, 2), &[1; 32], &sealed, &invoke).is_err());
        let other = format!("{APP}2");
        let invoke = for_function("lambda:InvokeFunction", &other);
        assert!(vault.open_code(&owner(&other, 1), &[1; 32], &sealed, &invoke).is_err());
        // Nor as something else.
        let get = for_function("lambda:GetFunction", APP);
        assert!(vault.open_environment(&app, &sealed, &get).is_err());
    }

    #[test]
    fn only_a_fitting_permit_opens() {
        let (vault, app) = (vault(), owner(APP, 1));
        let code = vault.seal_code(&app, &[1; 32], b"zip", &entropy()).unwrap();
        let environment = vault.seal_environment(&app, b"{}", &entropy()).unwrap();
        let live = format!("{APP}:live");
        let rows = [
            ("lambda:InvokeFunction", APP, true, true),
            ("lambda:InvokeFunction", &*live, true, true),
            ("lambda:GetFunction", APP, false, true),
            ("lambda:UpdateFunctionCode", APP, false, true),
            ("lambda:AddPermission", APP, false, false),
            ("lambda:InvokeFunction", APP.trim_end_matches('p'), false, false),
        ];
        for (action, arn, opens_code, opens_environment) in rows {
            let permit = for_function(action, arn);
            assert_eq!(vault.open_code(&app, &[1; 32], &code, &permit).is_ok(), opens_code, "{action} {arn}");
            assert_eq!(
                vault.open_environment(&app, &environment, &permit).is_ok(),
                opens_environment,
                "{action} {arn}"
            );
        }
        assert!(vault.open_environment(&app, &environment, &permit("lambda:ListFunctions", Resource::Every)).is_ok());
        assert!(vault.open_environment(&app, &environment, &permit("lambda:GetFunction", Resource::Every)).is_err());
    }
}
