//! What the store promises, in domain words: consistent reads, and commits that happen whole or not at all.
