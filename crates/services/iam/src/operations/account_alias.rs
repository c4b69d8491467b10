//! The account's alias: a name by which people sign in to it.

pub(super) mod create_account_alias;
pub(super) mod delete_account_alias;
pub(super) mod list_account_aliases;
