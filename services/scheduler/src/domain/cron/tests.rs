use chrono::TimeZone as _;
use proptest::prelude::*;

use super::*;

const SAO_PAULO: Tz = Tz::America__Sao_Paulo;

fn utc(text: &str) -> DateTime<Utc> {
    Utc.from_utc_datetime(&text.parse().unwrap())
}

/// The first firings after `start`, as `instant` or `instant for nominal` where they differ.
fn firings(pattern: &str, start: &str, count: usize) -> Vec<String> {
    let cron = Cron::parse(pattern, SAO_PAULO).unwrap();
    let show = |firing: Firing| {
        let local = firing.at.with_timezone(&SAO_PAULO);
        match firing.nominal.filter(|nominal| *nominal != local.naive_local()) {
            Some(nominal) => format!("{} for {}", local.to_rfc3339(), nominal.time()),
            None => local.to_rfc3339(),
        }
    };
    cron.after(utc(start)).take(count).map(show).collect()
}

/// On 2018-11-04 clocks in São Paulo went from 00:00 to 01:00; on 2018-02-18 from 00:00 back to
/// 23:00 of the 17th. Since 2019 they stand still.
#[test]
fn sao_paulo() {
    let gap = "2018-11-03T12:00:00"; // 09:00 local, the day before
    let fold = "2018-02-17T12:00:00"; // 10:00 local, the same day
    let now = "2026-11-23T12:00:00";
    let cases: &[(&str, &str, &[&str])] = &[
        ("30 8 * * *", now, &["2026-11-24T08:30:00-03:00", "2026-11-25T08:30:00-03:00"]),
        ("0 9 * * 1-5", now, &["2026-11-24T09:00:00-03:00", "2026-11-25T09:00:00-03:00"]),
        ("0 0 1 1 *", now, &["2027-01-01T00:00:00-03:00", "2028-01-01T00:00:00-03:00"]),
        ("0 12 29 2 *", now, &["2028-02-29T12:00:00-03:00", "2032-02-29T12:00:00-03:00"]),
        ("0 6 L * *", now, &["2026-11-30T06:00:00-03:00", "2026-12-31T06:00:00-03:00"]),
        ("17 * * * *", now, &["2026-11-23T09:17:00-03:00", "2026-11-23T10:17:00-03:00"]),
        // Midnight does not exist: fires at one, for midnight.
        (
            "0 0 * * *",
            gap,
            &["2018-11-04T01:00:00-02:00 for 00:00:00", "2018-11-05T00:00:00-02:00"],
        ),
        // Three nominal times at one instant are one firing, for the earliest of them.
        (
            "0,30 0,1 * * *",
            gap,
            &["2018-11-04T01:00:00-02:00 for 00:00:00", "2018-11-04T01:30:00-02:00"],
        ),
        // Real time: what does not exist does not fire.
        ("*/30 * 4 11 *", gap, &["2018-11-04T01:00:00-02:00", "2018-11-04T01:30:00-02:00"]),
        // 23:30 comes twice: a fixed time fires the first time, real time both times.
        ("30 23 * * *", fold, &["2018-02-17T23:30:00-02:00", "2018-02-18T23:30:00-03:00"]),
        (
            "15,45 23 17-18 2 *",
            fold,
            &[
                "2018-02-17T23:15:00-02:00",
                "2018-02-17T23:45:00-02:00",
                "2018-02-18T23:15:00-03:00",
            ],
        ),
        (
            "*/30 23 * * *",
            fold,
            &[
                "2018-02-17T23:00:00-02:00",
                "2018-02-17T23:30:00-02:00",
                "2018-02-17T23:00:00-03:00",
                "2018-02-17T23:30:00-03:00",
                "2018-02-18T23:00:00-03:00",
            ],
        ),
    ];
    for (pattern, start, expected) in cases {
        assert_eq!(firings(pattern, start, expected.len()), *expected, "{pattern}");
    }
}

#[test]
fn bad_patterns_are_refused() {
    for (pattern, fields) in [("", 0), ("* * * *", 4), ("0 0 * * * *", 6), ("@daily", 1)] {
        assert_eq!(
            Cron::parse(pattern, SAO_PAULO).unwrap_err(),
            Error::Fields(fields),
            "{pattern}"
        );
    }
    for pattern in [
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "1,,2 * * * *",
        ", * * * *",
        "JAN * * * *",
        "? * * * *",
        "5-5/1 2 * * *",
        "0 0 * * MONDAYS",
        "-1 * * * *",
        "1e1 * * * *",
        "* * * * *\0",
    ] {
        let error = Cron::parse(pattern, SAO_PAULO).unwrap_err();
        assert!(matches!(error, Error::Syntax(_)), "{pattern}: {error:?}");
    }
    let long = format!("{} * * * *", "1,".repeat(200));
    assert_eq!(Cron::parse(&long, SAO_PAULO).unwrap_err(), Error::TooLong);
}

#[test]
fn days_that_never_come_never_fire() {
    for pattern in ["0 0 30 2 *", "0-59 0-23 31 4,6,9,11 *", "* * 31 2 *", "0 0 * 2 1#5"] {
        let cron = Cron::parse(pattern, SAO_PAULO).unwrap();
        let next = cron.after(utc("2026-11-23T12:00:00")).next();
        // February has a fifth Monday when it has 29 days and begins with one: next in 2044.
        assert_eq!(next, None, "{pattern}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(pattern in "[0-9*,/#LWJANMON?+@ -]{0,24}") {
        let _refused = Cron::parse(&pattern, SAO_PAULO);
    }

    #[test]
    fn firings_rise_and_follow_the_start(
        minute in 0..60_u32, hour in 0..24_u32, start in 1_500_000_000..1_900_000_000_i64,
    ) {
        let start = DateTime::from_timestamp(start, 999_999_000).unwrap();
        let pattern = format!("{minute},7 {hour},3 * * *");
        let cron = Cron::parse(&pattern, SAO_PAULO).unwrap();
        let firings: Vec<_> = cron.after(start).take(12).map(|f| f.at).collect();
        prop_assert_eq!(firings.len(), 12);
        prop_assert!(firings[0] > start);
        prop_assert!(firings.is_sorted_by(|a, b| a < b));
        // Asking from any of them gives the next: nothing depends on where one begins.
        for pair in firings.windows(2) {
            prop_assert_eq!(cron.after(pair[0]).next().map(|f| f.at), Some(pair[1]));
        }
    }
}
