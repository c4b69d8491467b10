//! AWS Signature Version 4: canonical requests, header and presigned forms, verification and signing.
