//! How often a function may run at once.

pub(super) mod delete_function_concurrency;
pub(super) mod get_function_concurrency;
pub(super) mod put_function_concurrency;
