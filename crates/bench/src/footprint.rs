//! What a run cost the gateway: memory, CPU time and disk.

use crate::gateway::Gateway;
use crate::process::ProcessUsage;

/// Readings of one gateway at three moments, and its database at the last.
#[derive(Debug)]
pub(crate) struct Footprint {
    pub(crate) at_rest: ProcessUsage,
    pub(crate) after_flat_out: ProcessUsage,
    pub(crate) at_end: ProcessUsage,
    pub(crate) database_bytes: u64,
    pub(crate) file_system: String,
}

impl Footprint {
    /// Completes the first two readings with one taken now, at the end of the load.
    ///
    /// # Errors
    /// When the gateway has ended.
    pub(crate) fn complete(
        gateway: &Gateway,
        at_rest: ProcessUsage,
        after_flat_out: ProcessUsage,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            at_rest,
            after_flat_out,
            at_end: gateway.usage()?,
            database_bytes: gateway.data().database_bytes()?,
            file_system: gateway.data().file_system(),
        })
    }

    /// A table of two columns; `notices` is how many the flat-out phase brought.
    pub(crate) fn rows(&self, notices: usize) -> Vec<[String; 2]> {
        let cpu_s = self.after_flat_out.cpu_s - self.at_rest.cpu_s;
        let cpu_us_per_notice = cpu_s * 1_000_000.0 / notices.max(1) as f64;
        [
            ("gateway memory at rest", mebibytes(self.at_rest.resident_kib)),
            ("gateway memory after flat out", mebibytes(self.after_flat_out.resident_kib)),
            ("gateway memory at the end", mebibytes(self.at_end.resident_kib)),
            ("gateway CPU, flat out", format!("{cpu_s:.1} s")),
            ("gateway CPU per notice, flat out", format!("{cpu_us_per_notice:.1} µs")),
            ("database files at the end", mebibytes(self.database_bytes / 1_024)),
            ("file system of the database", self.file_system.clone()),
        ]
        .map(|(name, value)| [name.to_owned(), value])
        .into()
    }
}

fn mebibytes(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(resident_kib: u64, cpu_s: f64) -> ProcessUsage {
        ProcessUsage { resident_kib, cpu_s }
    }

    #[test]
    fn cpu_time_is_that_of_the_flat_out_phase_alone() {
        let footprint = Footprint {
            at_rest: usage(10_240, 0.5),
            after_flat_out: usage(20_480, 4.5),
            at_end: usage(15_360, 5.0),
            database_bytes: 3 * 1_024 * 1_024,
            file_system: "ext4".to_owned(),
        };
        let values = footprint.rows(200_000).into_iter().map(|[_, value]| value);
        let expected = ["10.0 MiB", "20.0 MiB", "15.0 MiB", "4.0 s", "20.0 µs", "3.0 MiB", "ext4"];
        assert_eq!(values.collect::<Vec<_>>(), expected);
    }
}
