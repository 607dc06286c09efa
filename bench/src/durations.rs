//! Times on the command line.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Reads `300ms`, `30s`, `1.5s` or `10m`.
///
/// # Errors
/// It is none of these.
pub fn parse(text: &str) -> Result<Duration> {
    let unit = text.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    let number: f64 = number.parse().with_context(|| format!("{text} is no time: say 30s"))?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "s" => number,
        "m" => number * 60.0,
        _ => bail!("{text} is no time: say 300ms, 30s or 10m"),
    };
    Ok(Duration::try_from_secs_f64(seconds)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(parse("300ms").unwrap(), Duration::from_millis(300));
        assert_eq!(parse("1.5s").unwrap(), Duration::from_millis(1_500));
        assert_eq!(parse("10m").unwrap(), Duration::from_secs(600));
        for wrong in ["", "30", "s", "-1s", "1h", "1.2.3s", "1e3s"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
