//! Durations and sizes such as `"1h30m"`, `"1.5s"`, `"64MB"`. They are read at compile time, so
//! that a typing error is reported at the string.

use std::time::Duration;
use syn::{Error, LitStr};

/// Units of time in nanoseconds, largest first: the parts of a composite must come in this order.
const TIMES: &[(&str, u128)] = &[
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
];

/// Units of size in bytes.
const SIZES: &[(&str, u128)] = &[
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// A duration, which may be zero.
pub(crate) fn duration(literal: &LitStr) -> syn::Result<Duration> {
    parse_duration(&literal.value()).map_err(|message| Error::new(literal.span(), message))
}

/// A number of bytes, which may be zero.
pub(crate) fn size(literal: &LitStr) -> syn::Result<u64> {
    parse_size(&literal.value()).map_err(|message| Error::new(literal.span(), message))
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let not_a_duration = || {
        format!(
            "`{text}` is not a duration: write numbers with the units us, ms, s, m, h or d, as in \"500ms\", \"1.5s\" or \"1h30m\""
        )
    };
    let mut rest = text.trim();
    let mut units = TIMES;
    let mut total = 0u128;
    if rest.is_empty() {
        return Err(not_a_duration());
    }
    while !rest.is_empty() {
        let (number, unit, after) = part(rest).ok_or_else(not_a_duration)?;
        let Some(position) = units.iter().position(|(name, _)| *name == unit) else {
            if TIMES.iter().any(|(name, _)| *name == unit) {
                return Err(format!(
                    "in `{text}` the units must go from large to small, each at most once, as in \"1h30m\""
                ));
            }
            return Err(not_a_duration());
        };
        let scaled = scale(number, units[position].1).ok_or_else(not_a_duration)?;
        total = total.checked_add(scaled).ok_or_else(not_a_duration)?;
        units = &units[position + 1..];
        rest = after.trim_start();
    }
    let nanos = u64::try_from(total).map_err(|_| format!("`{text}` is too long: the longest duration is 584 years"))?;
    Ok(Duration::from_nanos(nanos))
}

fn parse_size(text: &str) -> Result<u64, String> {
    let not_a_size =
        || format!("`{text}` is not a size: write a number with KB, MB, GB, KiB, MiB or GiB, as in \"64MB\"");
    let (number, unit, rest) = part(text.trim()).ok_or_else(not_a_size)?;
    let (_, bytes) = SIZES.iter().find(|(name, _)| *name == unit).ok_or_else(not_a_size)?;
    let total = scale(number, *bytes).filter(|_| rest.is_empty()).ok_or_else(not_a_size)?;
    u64::try_from(total).map_err(|_| format!("`{text}` does not fit into 64 bits"))
}

/// Splits `"90m5s"` into `("90", "m", "5s")`.
fn part(text: &str) -> Option<(&str, &str, &str)> {
    let (number, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')?);
    let rest = rest.trim_start();
    let (unit, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()));
    (!number.is_empty() && !unit.is_empty()).then_some((number, unit, after))
}

/// A decimal number times an integral unit, exactly; fractions of the smallest unit are cut off.
fn scale(number: &str, unit: u128) -> Option<u128> {
    let number = number.replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || number.ends_with('.') || fraction.contains('.') {
        return None;
    }
    let mut total = whole.parse::<u128>().ok()?.checked_mul(unit)?;
    let mut digit_value = unit;
    for digit in fraction.chars() {
        digit_value /= 10;
        total = total.checked_add(u128::from(digit.to_digit(10)?) * digit_value)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, nanos) in [
            ("10s", 10_000_000_000),
            ("500ms", 500_000_000),
            ("7us", 7_000),
            ("1.5s", 1_500_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1d 2h 3m 4s", 93_784_000_000_000),
            ("0.25m", 15_000_000_000),
            ("1_000ms", 1_000_000_000),
            ("0h0m", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_nanos(nanos)), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_duration() {
        for text in ["", "10", "s", "10 parsecs", "1..5s", "1.s", "-1s", "30m1h", "1h1h", "1h30", "999999999d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert!(parse_duration("30m1h").unwrap_err().contains("large to small"));
    }

    #[test]
    fn sizes_have_decimal_and_binary_units() {
        for (text, bytes) in
            [("64MB", 64_000_000), ("64MiB", 67_108_864), ("1.5 KB", 1500), ("2GiB", 2_147_483_648), ("100B", 100)]
        {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "64", "MB", "64mb", "64MB3", "64 apples"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
