//! Envelope encryption: key wrapping, sealed values, sealed tokens and their formats.
