//! Named steps with their durations.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What was done, how long each part took and what failed.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    took: Duration,
    failed: bool,
}

impl Steps {
    /// Does one step. Its error ends the command: what follows would make no sense.
    pub(crate) fn step<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        eprintln!("\n── {name}");
        let begin = Instant::now();
        let result = work();
        let took = begin.elapsed();
        eprintln!("── {name}: {:.1} s", took.as_secs_f64());
        self.done.push(Step { name, took, failed: result.is_err() });
        result
    }

    /// Does one step whose failure is told at once and counted in [`Steps::finish`]: the steps
    /// after it still have something to say.
    pub(crate) fn check(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) {
        if let Err(error) = self.step(name, work) {
            eprintln!("error: {name}: {error:#}");
        }
    }

    /// Prints the durations.
    ///
    /// # Errors
    /// A step failed.
    pub(crate) fn finish(&self) -> Result<()> {
        eprintln!();
        for step in &self.done {
            let mark = if step.failed { "FAILED" } else { "ok" };
            eprintln!("{:>8.1} s  {mark:<6}  {}", step.took.as_secs_f64(), step.name);
        }
        let total: Duration = self.done.iter().map(|step| step.took).sum();
        eprintln!("{:>8.1} s  in all", total.as_secs_f64());
        let failed: Vec<_> =
            self.done.iter().filter(|step| step.failed).map(|step| step.name).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join(", "));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_lets_the_others_run_and_fails_the_whole() {
        let mut steps = Steps::default();
        steps.check("first", || bail!("broken"));
        steps.check("second", || Ok(()));
        assert_eq!(steps.done.len(), 2);
        assert_eq!(steps.finish().unwrap_err().to_string(), "failed: first");
    }

    #[test]
    fn what_passes_is_no_error() {
        let mut steps = Steps::default();
        assert_eq!(steps.step("only", || Ok(7)).unwrap(), 7);
        steps.finish().unwrap();
    }
}
