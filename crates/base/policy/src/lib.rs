//! Deciding whether a principal may act, and the permit that an allowed decision becomes.
