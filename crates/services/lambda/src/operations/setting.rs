//! What is the same for every function here, and what an account may have.

pub(super) mod get_account_settings;
pub(super) mod get_function_code_signing_config;
pub(super) mod get_function_recursion_config;
pub(super) mod get_runtime_management_config;
