//! Login profiles: what users need besides their name to sign in to the console.

pub(super) mod change_password;
pub(super) mod create_login_profile;
pub(super) mod delete_login_profile;
pub(super) mod get_login_profile;
pub(super) mod update_login_profile;

use contract::{Entity, Identities, LoginProfile, UserRecord};
use terms::SecretBytes;

use crate::{error::Error, passwords, room::Call, shapes};

/// The user's login profile, or that there is none.
fn find(user: &UserRecord) -> Result<&LoginProfile, Error> {
    let missing = || Error::NoSuchEntity(format!("Login Profile for User {} cannot be found.", user.name));
    user.login_profile.as_ref().ok_or_else(missing)
}

fn with_login_profile(user: &UserRecord, login_profile: Option<LoginProfile>) -> Entity {
    Entity::User(UserRecord { login_profile, ..user.clone() })
}

fn shown(user: &UserRecord, profile: &LoginProfile) -> shapes::LoginProfile {
    shapes::LoginProfile {
        user_name: user.name.clone(),
        create_date: profile.created_at,
        password_reset_required: Some(profile.password_reset_required),
    }
}

/// What is kept of a new password, if it is one that the account takes.
async fn accepted(call: &Call<'_>, identities: &Identities, password: &SecretBytes) -> Result<String, Error> {
    let accounts = call.room.store.accounts().await?;
    let account = accounts.iter().find(|account| account.id == call.account());
    let names: Vec<&str> =
        account.map(|account| &*account.name).into_iter().chain(identities.settings.alias.as_deref()).collect();
    passwords::require_strong(password, &names)?;
    passwords::hashed(password, &*call.room.entropy).await
}
