//! Integration tests: one crate, one binary, personas and stories.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod workspace;
