//! What was done: the chained log of records, and the recorder through which alone the store is written.
