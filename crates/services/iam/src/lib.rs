//! AWS Identity and Access Management: users, groups, roles, policies and what hangs on them.

pub mod shapes;
