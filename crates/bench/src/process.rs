//! What a process has used, read from Linux's `/proc`.

use std::fs;

use anyhow::Context as _;

/// The unit of CPU times in `/proc/PID/stat`: USER_HZ, fixed at 100 in Linux's interface to
/// programs on every architecture this gateway is built for.
const CLOCK_TICKS_PER_SECOND: f64 = 100.0;

/// One reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProcessUsage {
    /// Resident memory, in KiB (`VmRSS`).
    pub(crate) resident_kib: u64,
    /// CPU time of all threads since the start, user and system, in seconds.
    pub(crate) cpu_s: f64,
}

impl ProcessUsage {
    /// # Errors
    /// When the process has ended.
    pub(crate) fn read(pid: u32) -> anyhow::Result<Self> {
        let ended = || format!("process {pid} has ended");
        let status = fs::read_to_string(format!("/proc/{pid}/status")).with_context(ended)?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).with_context(ended)?;
        let cpu_ticks = cpu_ticks(&stat).context("no CPU times in the process statistics")?;
        Ok(Self {
            // A process that has ended and is not yet waited for is listed without memory.
            resident_kib: resident_kib(&status).with_context(ended)?,
            cpu_s: cpu_ticks as f64 / CLOCK_TICKS_PER_SECOND,
        })
    }
}

fn resident_kib(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Fields 14 and 15, `utime` and `stime`. The command name, field 2, may hold blanks and
/// parentheses, so counting starts after its last one.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    user.checked_add(system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_an_awkward_name() {
        let stat = "4711 (a) b (c)) S 1 4711 4711 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 9 0 12345";
        assert_eq!(cpu_ticks(stat), Some(300));
    }

    #[test]
    fn resident_memory_is_found_by_its_name() {
        assert_eq!(resident_kib("VmHWM:\t  9000 kB\nVmRSS:\t    8120 kB\n"), Some(8_120));
        assert_eq!(resident_kib("Name:\tkthreadd\n"), None);
    }

    #[test]
    fn own_process_can_be_read() {
        assert!(ProcessUsage::read(std::process::id()).unwrap().resident_kib > 0);
    }
}
