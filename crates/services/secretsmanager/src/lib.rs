//! AWS Secrets Manager: shapes, operations and the rules of versions, labels and deletion.
