//! Proof of the policy engine: a second evaluator written from the documentation alone, invented cases that both must
//! decide alike, and a table of decisions that AWS documents.

#![cfg(test)]

mod case;
mod chance;
mod differential;
mod engine;
mod invalid;
mod naive;
mod public;
mod shrink;
mod table;
mod world;
