//! A clock that adds up what exchanges would cost over the air, without waiting for it.

use std::time::Duration;

/// How fast the contactless link is, and what each exchange costs besides its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    kilobits: u32,
    fixed: Duration,
}

impl Link {
    /// 106 kbit/s, the rate that every reader begins with, and 10 ms an exchange.
    pub const KBIT_106: Self = Self {
        kilobits: 106,
        fixed: Duration::from_millis(10),
    };
    /// 212 kbit/s.
    pub const KBIT_212: Self = Self {
        kilobits: 212,
        ..Self::KBIT_106
    };
    /// 424 kbit/s.
    pub const KBIT_424: Self = Self {
        kilobits: 424,
        ..Self::KBIT_106
    };

    /// The same rate with another fixed cost.
    #[must_use]
    pub const fn with_fixed(mut self, fixed: Duration) -> Self {
        self.fixed = fixed;
        self
    }

    /// What an exchange of these lengths costs: type B sends ten bits for a byte, and every frame of up to 256 bytes carries three more.
    #[must_use]
    pub fn cost(self, command: usize, answer: usize) -> Duration {
        let on_air: usize = [command, answer]
            .map(|length| length + 3 * (length / 253 + 1))
            .iter()
            .sum();
        let bits = u64::try_from(on_air).unwrap_or(u64::MAX).saturating_mul(10);
        // Thousands of bits a second are bits a millisecond.
        self.fixed + Duration::from_micros(bits.saturating_mul(1000) / u64::from(self.kilobits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_rate_is_half_the_time_besides_the_fixed_cost() {
        let bare = |link: Link| link.with_fixed(Duration::ZERO).cost(5, 258).as_micros();
        assert_eq!(bare(Link::KBIT_106), 25_660);
        assert_eq!(bare(Link::KBIT_106) / 2, bare(Link::KBIT_212));
        assert_eq!(
            Link::KBIT_424.cost(0, 0) - Link::KBIT_424.with_fixed(Duration::ZERO).cost(0, 0),
            Duration::from_millis(10)
        );
    }
}
