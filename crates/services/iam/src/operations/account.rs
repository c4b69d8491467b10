//! The account as a whole: its numbers, and all of it in detail.

pub(super) mod details;
pub(super) mod get_account_authorization_details;
pub(super) mod get_account_summary;
