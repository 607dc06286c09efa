//! Files stay short enough to be read at one go.

use super::{Finding, SourceFile};

/// Lines a file should have at most.
const AIM: usize = 400;
/// Lines a file may have at most.
const LIMIT: usize = 600;

pub(super) fn check(file: &SourceFile) -> Option<Finding> {
    let counted = [".rs", ".ts", ".tsx"].iter().any(|ending| file.path.ends_with(ending));
    let generated = file.path.ends_with(".gen.ts") || file.path.contains("/gen/");
    if !counted || generated {
        return None;
    }
    match file.text.lines().count() {
        lines if lines > LIMIT => {
            Some(Finding::error(file, lines, format!("{lines} lines, more than {LIMIT}: split it")))
        }
        lines if lines > AIM => {
            Some(Finding::warning(file, lines, format!("{lines} lines, more than {AIM}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::file, *};
    use crate::tidy::Gravity;

    #[test]
    fn long_files_are_told_and_too_long_ones_refused() {
        let gravity = |path: &str, lines: usize| {
            check(&file(path, &"x\n".repeat(lines))).map(|finding| finding.gravity)
        };
        assert_eq!(gravity("a.rs", 400), None);
        assert_eq!(gravity("a.rs", 401), Some(Gravity::Warning));
        assert_eq!(gravity("a.tsx", 600), Some(Gravity::Warning));
        assert_eq!(gravity("a.ts", 601), Some(Gravity::Error));
        for uncounted in ["a.md", "web/package-lock.json", "web/src/routeTree.gen.ts"] {
            assert_eq!(gravity(uncounted, 601), None, "{uncounted}");
        }
        assert_eq!(gravity("web/src/api/gen/schema.ts", 601), None);
    }
}
