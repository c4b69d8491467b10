//! What the first start makes: the account, its root access key, and a managed key for each region. A later start makes
//! what is missing since, such as the key of a region that was added.

use std::fmt::Write;

use anyhow::Context;
use contract::{AccountRecord, Change, Commit, CredentialRecord, CredentialStatus, Reads};
use gate::{Gate, open_secret_access_key, seal_secret_access_key};
use kms::Keyring;
use policy::Action;
use sqlite::SqliteStore;
use terms::{AccountId, Clock, Entropy, EventId, Region, RequestId, Scope, SecretBytes};
use trail::{Recorder, ServiceEvent};
use zeroize::Zeroizing;

use super::open::Keys;
use crate::{
    client_files::{self, Credentials},
    config::{Config, RootAccessKey},
};

const CREATE_ACCOUNT: Action = Action::new("keepwell:CreateAccount");
const CREATE_KEY: Action = Action::new("kms:CreateKey");

pub(super) struct Founding<'a> {
    pub(super) config: &'a Config,
    pub(super) keys: &'a Keys,
    pub(super) store: &'a SqliteStore,
    pub(super) recorder: &'a Recorder,
    pub(super) gate: &'a Gate,
    pub(super) clock: &'a dyn Clock,
    pub(super) entropy: &'a dyn Entropy,
}

pub(super) async fn complete(founding: &Founding<'_>) -> anyhow::Result<()> {
    let accounts = founding.store.accounts().await?;
    let account = match accounts.into_iter().next() {
        Some(account) => {
            let configured = founding.config.account.account_id;
            anyhow::ensure!(
                account.id == configured,
                "the store holds account {}, and account_id is {configured}: an account's id cannot change",
                account.id
            );
            founding.keep_chosen_access_key(account.id).await?;
            account
        }
        None => founding.make_account().await?,
    };
    founding.make_missing_keys(&account).await
}

impl Founding<'_> {
    async fn make_account(&self) -> anyhow::Result<AccountRecord> {
        let id = self.config.account.account_id;
        let account = Keyring::new_account(&self.keys.root, id, self.clock.now(), self.entropy)?;
        let access_key = match &self.config.root_access_key {
            Some(chosen) => chosen.clone(),
            None => generate_access_key(id, self.entropy),
        };
        let credential = self.credential(id, &access_key)?;
        let (commit, request) = self.commit(id, CREATE_ACCOUNT)?;
        let commit = commit.change(Change::Account(account.clone()))?.change(Change::Credential(credential))?;
        self.record(commit, request, id, "CreateAccount").await?;
        self.hand_out(&access_key)?;
        Ok(account)
    }

    /// An access key from the environment is the account's, also when it was changed since the last start.
    async fn keep_chosen_access_key(&self, account: AccountId) -> anyhow::Result<()> {
        let Some(chosen) = &self.config.root_access_key else { return Ok(()) };
        if let Some(held) = self.store.credential(&chosen.access_key_id).await? {
            let secret = open_secret_access_key(&self.keys.credentials, &held).ok();
            if held.account == account && secret.as_ref() == Some(&chosen.secret_access_key) {
                return Ok(());
            }
        }
        let credential = self.credential(account, chosen)?;
        let (commit, request) = self.commit(account, CREATE_ACCOUNT)?;
        let commit = commit.change(Change::Credential(credential))?;
        self.record(commit, request, account, "CreateAccessKey").await?;
        self.hand_out(chosen)
    }

    async fn make_missing_keys(&self, account: &AccountRecord) -> anyhow::Result<()> {
        let keys = self.store.keys().await?;
        for region in &self.config.account.regions {
            let scope = Scope { account: account.id, region: *region };
            if keys.iter().any(|key| key.scope == scope) {
                continue;
            }
            let key = Keyring::new_managed_key(&self.keys.root, account, scope, self.clock.now(), self.entropy)?;
            let (commit, request) = self.commit(account.id, CREATE_KEY)?;
            let commit = commit.change(Change::Key(key))?;
            self.record_in(commit, request, scope, "kms.amazonaws.com", "CreateKey").await?;
        }
        Ok(())
    }

    fn credential(&self, account: AccountId, key: &RootAccessKey) -> anyhow::Result<CredentialRecord> {
        let RootAccessKey { access_key_id, secret_access_key } = key;
        let sealed_secret =
            seal_secret_access_key(&self.keys.credentials, access_key_id, account, secret_access_key, self.entropy)?;
        Ok(CredentialRecord {
            access_key_id: access_key_id.clone(),
            account,
            created_at: self.clock.now(),
            status: CredentialStatus::Active,
            sealed_secret,
        })
    }

    fn commit(&self, account: AccountId, action: Action) -> anyhow::Result<(Commit, RequestId)> {
        let request = RequestId::random(self.entropy);
        let permit = self.gate.authorize_account(account, action, request)?;
        Ok((Commit::under(permit), request))
    }

    async fn record(&self, commit: Commit, request: RequestId, account: AccountId, name: &str) -> anyhow::Result<()> {
        let scope = Scope { account, region: self.first_region() };
        self.record_in(commit, request, scope, "keepwell.amazonaws.com", name).await
    }

    async fn record_in(
        &self,
        commit: Commit,
        _request: RequestId,
        scope: Scope,
        source: &'static str,
        name: &str,
    ) -> anyhow::Result<()> {
        let event = ServiceEvent {
            event: EventId::random(self.entropy),
            at: self.clock.now(),
            account: scope.account,
            region: scope.region,
            source,
            name,
            data: None,
        };
        self.recorder.commit_service_event(commit, &event, None).await.with_context(|| format!("{name} failed"))
    }

    fn first_region(&self) -> Region {
        self.config.account.first_region()
    }

    /// Where `keepwell env` finds it.
    fn hand_out(&self, key: &RootAccessKey) -> anyhow::Result<()> {
        let RootAccessKey { access_key_id, secret_access_key } = key.clone();
        client_files::write_credentials(&self.config.data.data_dir, &Credentials { access_key_id, secret_access_key })
    }
}

/// `AKIA` and 16 characters in which the account's number lies, as in AWS's own ids, so that whoever has an id can tell
/// the account without asking. The secret is 40 characters of base64.
fn generate_access_key(account: AccountId, entropy: &dyn Entropy) -> RootAccessKey {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let mut random = [0; 10];
    entropy.fill(&mut random);
    // 80 bits: a one, the account in 40 bits, the rest at random. Twelve digits fit into 40 bits.
    let number = u128::from(account.as_str().parse::<u64>().unwrap_or_default());
    let mut bits = u128::from_be_bytes(padded(&random)) & ((1 << 39) - 1);
    bits |= (1 << 79) | (number << 39);

    let mut access_key_id = String::with_capacity(20);
    access_key_id.push_str("AKIA");
    for position in (0..16).rev() {
        let digit = usize::try_from((bits >> (position * 5)) & 31).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(access_key_id, "{}", BASE32.get(digit).copied().map_or('A', char::from));
    }
    let mut secret = Zeroizing::new([0; 30]);
    entropy.fill(secret.as_mut_slice());
    let mut text = Zeroizing::new([0; 40]);
    // 30 bytes are 40 characters exactly.
    let length = STANDARD.encode_slice(secret.as_slice(), text.as_mut_slice()).unwrap_or_default();
    let secret_access_key = SecretBytes::copy_of(text.get(..length).unwrap_or_default());
    RootAccessKey { access_key_id, secret_access_key }
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn padded(bytes: &[u8; 10]) -> [u8; 16] {
    let mut padded = [0; 16];
    if let Some(tail) = padded.last_chunk_mut::<10>() {
        *tail = *bytes;
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemEntropy;

    #[test]
    fn an_access_key_id_tells_its_account_and_its_secret_has_forty_characters() {
        let account = AccountId::parse("123456789012").unwrap();
        let key = generate_access_key(account, &SystemEntropy);
        assert_eq!(key.access_key_id.len(), 20);
        let own_part = key.access_key_id.strip_prefix("AKIA").unwrap();
        assert_eq!(key.secret_access_key.len(), 40);

        // As published tools do it: the first six bytes, less the top bit and the seven lowest.
        let bits = own_part
            .bytes()
            .fold(0_u128, |bits, byte| bits << 5 | BASE32.iter().position(|digit| *digit == byte).unwrap() as u128);
        let first_six = bits >> 32;
        assert_eq!((first_six & 0x7fff_ffff_ff80) >> 7, 123_456_789_012);
    }

    #[test]
    fn no_two_access_keys_are_alike() {
        let account = AccountId::parse("123456789012").unwrap();
        let (one, two) = (generate_access_key(account, &SystemEntropy), generate_access_key(account, &SystemEntropy));
        assert_ne!(one.access_key_id, two.access_key_id);
        assert!(one.secret_access_key != two.secret_access_key);
    }
}
