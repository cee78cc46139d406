//! The files that the report of a run goes to.

use std::path::PathBuf;

use jiff::Timestamp;

use super::report::Report;
use super::{metrics, report_html};
use crate::config::Config;
use crate::error::Error;
use crate::sink::atomic;

/// The files that a run's report goes to.
fn files(config: &Config) -> impl Iterator<Item = &PathBuf> {
    [&config.job.report, &config.job.report_html, &config.job.metrics]
        .into_iter()
        .filter(|path| !path.as_os_str().is_empty())
}

/// Writes the report in all its forms.
pub(super) fn save(config: &Config, report: &Report) -> Result<(), Error> {
    if !config.job.report.as_os_str().is_empty() {
        report.save(&config.job.report)?;
    }
    if !config.job.report_html.as_os_str().is_empty() {
        atomic::write(&config.job.report_html, report_html::render(report).as_bytes())?;
        atomic::sync_folder(atomic::folder_of(&config.job.report_html))?;
    }
    if !config.job.metrics.as_os_str().is_empty() {
        metrics::save(report, &config.job.metrics, Timestamp::now())?;
    }
    Ok(())
}

/// Finds out that reports can be written before there is anything to report.
pub(super) fn prepare(config: &Config) -> Result<(), Error> {
    for path in files(config) {
        let folder = atomic::folder_of(path);
        atomic::make_folder(folder)?;
        atomic::remove_leftovers(folder)?;
        atomic::check_writable(folder)?;
    }
    Ok(())
}
