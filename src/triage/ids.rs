//! Ids as keyed hashes: enough to count them, and not to read them.

use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// The key that ids are hashed with. Partial results add up only where it is the same.
///
/// Without a salt it is the same everywhere, so that the results of several machines add up; whoever has a list of ids can then
/// find out which of them are in a result. With a salt, only who knows it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64, u64);

impl Key {
    /// The key that a salt makes; an empty one is the default.
    #[must_use]
    pub fn of(salt: &str) -> Self {
        let half = |key: u64| {
            let mut hasher = SipHasher13::new_with_keys(0x6665_6564_6669_7821, key);
            hasher.write(salt.as_bytes());
            hasher.finish()
        };
        Self(half(1), half(2))
    }

    /// The hash of an id.
    #[must_use]
    pub fn hash(self, id: &[u8]) -> u64 {
        let mut hasher = SipHasher13::new_with_keys(self.0, self.1);
        hasher.write(id);
        hasher.finish()
    }

    /// What tells whether two keys are the same, and does not give them away.
    #[must_use]
    pub fn fingerprint(self) -> String {
        format!("{:016x}", self.hash(b"feedfix triage"))
    }
}
