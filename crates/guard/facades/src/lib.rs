//! Traits and values by which services use each other without naming each other.
