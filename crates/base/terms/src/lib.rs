//! The vocabulary: accounts, regions, ARNs, names, labels, secret bytes, clock and entropy.
