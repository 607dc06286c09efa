//! Which C library a program needs: the highest version that it names.

/// How a version of a symbol is written in a program.
const MARK: &[u8] = b"GLIBC_2.";

/// The minor version (of 2) a program needs at least; `None` for a static one.
pub(super) fn needed(program: &[u8]) -> Option<u32> {
    let named = program.windows(MARK.len()).enumerate().filter(|(_, part)| *part == MARK);
    named
        .filter_map(|(start, _)| {
            let rest = program[start + MARK.len()..].iter();
            let digits: Vec<u8> = rest.copied().take_while(u8::is_ascii_digit).take(3).collect();
            std::str::from_utf8(&digits).ok()?.parse().ok()
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_counts() {
        assert_eq!(needed(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0"), Some(34));
        assert_eq!(needed(b"GLIBC_PRIVATE GLIBC_2."), None);
    }
}
