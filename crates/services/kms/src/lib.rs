//! The keys that seal secrets: account keys, managed keys and the envelope facade.
