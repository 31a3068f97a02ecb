//! Offsets from UTC in dates: `Z`, `-08`, `-0800`, `-8:00`.

use jiff::tz::Offset;

/// An offset at the start of a text, with the bytes that it takes.
pub(super) fn read(text: &str) -> Option<(Offset, usize)> {
    if text.starts_with(['Z', 'z']) {
        return Some((Offset::UTC, 1));
    }
    let negative = text.starts_with('-');
    let rest = text.strip_prefix(['+', '-'])?;
    let hours: String = rest.chars().take(2).take_while(char::is_ascii_digit).collect();
    let after_hours = rest.get(hours.len()..)?;
    let colon = usize::from(after_hours.starts_with(':'));
    let minutes = after_hours.get(colon..colon + 2).filter(|two| is_number(two));
    // Without a colon, minutes follow only two digits of hours: `-800` is not an offset.
    let minutes = minutes.filter(|_| colon == 1 || hours.len() == 2);
    let minute_number = minutes.map_or(Some(0), |two| two.parse::<i32>().ok())?;
    let hour_number: i32 = hours.parse().ok()?;
    if hour_number > 23 || minute_number > 59 {
        return None;
    }
    let seconds = (hour_number * 60 + minute_number) * 60;
    let offset = Offset::from_seconds(if negative { -seconds } else { seconds }).ok()?;
    let taken = 1 + hours.len() + minutes.map_or(0, |two| colon + two.len());
    Some((offset, taken))
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// Sign, hours and minutes of an offset, for printing.
pub(super) fn parts(offset: Offset) -> (char, i32, i32) {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    (sign, seconds.abs() / 3_600, seconds.abs() / 60 % 60)
}
