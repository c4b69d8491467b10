use contract::{AccountRecord, AccountStatus, Change, Commit, CommitError, CredentialRecord, CredentialStatus};
use contract::{Entity, Identities, KeyChange, account_arn};
use facades::NewManagedKey;
use gate::{AccessKeyPrefix, NewAccessKey, new_access_key, seal_secret_access_key};
use service::response_elements;
use terms::{AccountId, Entropy, Scope};
use trail::{Recorded, Subject};

use crate::{
    error::Error,
    room::Call,
    shapes::{self, AccountStatusType, CreateAccountRequest, CreateAccountResponse, RootAccessKey},
};

/// Makes an account with keys of its own for every region, and an access key of its root user. Nothing of it is shared
/// with any other account.
pub(crate) async fn create_account(
    call: &Call<'_>,
    ask: &CreateAccountRequest,
) -> Result<Recorded<CreateAccountResponse>, Error> {
    let id = match &ask.account_id {
        Some(chosen) => AccountId::parse(chosen).map_err(|error| Error::InvalidParameter(error.to_string()))?,
        None => free_id(call).await?,
    };
    let permit = call.authorize_account(id).await?;
    let account = call.room.account_keys.make_account(id, &ask.name, call.now())?;
    let access_key = new_access_key(AccessKeyPrefix::LongTerm, id, &*call.room.entropy);
    let identities = Identities::empty(id, 0).change().put(Entity::AccessKey(root_credential(call, id, &access_key)?));
    let subject = Subject::identities_changed(&identities);

    let mut commit = Commit::under(permit).change(Change::Account(account.clone()))?;
    let mut keys = Vec::new();
    for region in &call.room.regions {
        let scope = Scope { account: id, region: *region };
        let NewManagedKey { key, jobs } = call.room.account_keys.make_managed_key(&account, scope, call.now())?;
        keys.push(Subject::key_changed(&key));
        commit = commit.change(Change::Key(KeyChange::Create { after: key }))?.jobs(jobs);
    }
    let commit = commit.change(Change::Identity(identities))?;
    let NewAccessKey { access_key_id, secret_access_key } = access_key;
    let answer = CreateAccountResponse {
        account: Some(shown(&account)),
        root_access_key: Some(RootAccessKey {
            access_key_id: Some(access_key_id),
            secret_access_key: Some(secret_access_key),
        }),
    };
    call.commit(commit, (subject, keys.as_slice()), Some(&response_elements(&answer)), answer).await.map_err(|error| {
        match error {
            CommitError::NameTaken => Error::ResourceExists(format!("There is an account {id} already.")),
            other => other.into(),
        }
    })
}

/// As answers show an account.
pub(super) fn shown(account: &AccountRecord) -> shapes::Account {
    shapes::Account {
        id: Some(account.id.to_string()),
        arn: Some(account_arn(account.id).to_string()),
        name: Some(account.name.clone()),
        status: Some(match account.status {
            AccountStatus::Active => AccountStatusType::Active,
            AccountStatus::Closed => AccountStatusType::Closed,
        }),
        created_date: Some(account.created_at),
    }
}

fn root_credential(call: &Call<'_>, account: AccountId, key: &NewAccessKey) -> Result<CredentialRecord, Error> {
    let NewAccessKey { access_key_id, secret_access_key } = key;
    let room = call.room;
    let sealed_secret =
        seal_secret_access_key(&room.credentials_key, access_key_id, account, secret_access_key, &*room.entropy)?;
    Ok(CredentialRecord {
        access_key_id: access_key_id.clone(),
        account,
        user: None,
        created_at: call.now(),
        status: CredentialStatus::Active,
        sealed_secret,
    })
}

/// A random number that no account has, nor had: closed ones keep theirs.
async fn free_id(call: &Call<'_>) -> Result<AccountId, Error> {
    let taken = call.accounts().await?;
    let is_free = |id: &AccountId| taken.iter().all(|account| account.id != *id);
    let mut drawn = std::iter::repeat_with(|| random_id(&*call.room.entropy)).take(DRAWS_MAX).flatten();
    drawn.find(is_free).ok_or_else(|| Error::Internal("no account id was free".to_owned()))
}

const DRAWS_MAX: usize = 1000;

/// Twelve digits, the first of which is none of the zeros that programs lose.
fn random_id(entropy: &dyn Entropy) -> Option<AccountId> {
    const FIRST: u64 = 100_000_000_000;
    const COUNT: u64 = 900_000_000_000;
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    // 2^64 is many times the count: the remainder favours no number by more than a twenty-millionth.
    let number = u64::from_le_bytes(bytes) % COUNT + FIRST;
    AccountId::parse(&number.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::any, proptest};

    use super::*;

    struct Fixed([u8; 8]);

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0);
        }
    }

    proptest! {
        #[test]
        fn a_random_id_has_twelve_digits_and_begins_with_no_zero(bytes: [u8; 8]) {
            let id = random_id(&Fixed(bytes)).unwrap();
            assert!(!id.as_str().starts_with('0'), "{id}");
        }

        #[test]
        fn different_chance_draws_different_ids(one in any::<u32>(), other in any::<u32>()) {
            let draw = |number: u32| random_id(&Fixed(u64::from(number).to_le_bytes())).unwrap();
            assert_eq!(draw(one) == draw(other), one == other);
        }
    }
}
