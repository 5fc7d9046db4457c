//! Many persons with known duplicates, made from a seed: what a search finds, how long it takes and
//! how much memory. `GUANXI_PERSONS=100000 cargo test --release -p guanxi-matching --test generated
//! -- --nocapture` is the measurement; the ordinary run is a small one.

use guanxi_matching::{
    PostalAddress, Prepared, Profile, ProfileKind, Thresholds, find_with, prepare,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{collections::BTreeSet, time::Instant};

/// Of the records, how many of a hundred are duplicates of earlier ones.
const DUPLICATES: usize = 5;

struct Generator(StdRng);

impl Generator {
    /// A rank below `count`, small ones far more often (B. Mandelbrot's form of Zipf's law): of 800
    /// names the first has 2.5 % of the people, of 20,000 the first 1.5 %.
    fn rank(&mut self, count: usize) -> usize {
        const SHIFT: f64 = 8.0;
        let at: f64 = self.0.random_range(0.0..1.0);
        let rank = SHIFT * ((count as f64 + SHIFT) / SHIFT).powf(at) - SHIFT;
        (rank as usize).min(count - 1)
    }

    fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// The word of a rank: two to four syllables.
    fn word(rank: usize) -> String {
        const SYLLABLES: [&str; 24] = [
            "an", "ber", "cor", "da", "el", "fin", "gra", "hol", "is", "jo", "ka", "lin", "mar",
            "nor", "ol", "pet", "qui", "ros", "sten", "tor", "ul", "vic", "wes", "zan",
        ];
        let mut rest = (rank + 25) * 7919 % 331_776;
        let mut word = String::new();
        for _ in 0..2 + rank % 3 {
            word.push_str(SYLLABLES[rest % 24]);
            rest /= 24;
        }
        word
    }

    fn person(&mut self) -> Profile {
        let mut profile = Profile::new(ProfileKind::Person, [""; 0]);
        profile.given_name = Some(Self::word(self.rank(800)));
        profile.family_name = Some(Self::word(1000 + self.rank(20_000)));
        profile.birth_date = Some(self.birth_date());
        if self.chance(70) {
            profile.phones = vec![self.phone()];
        }
        if self.chance(40) {
            profile.emails =
                vec![format!("{}{}@example.com", Self::word(self.below(9999)), self.below(9999))];
        }
        profile.addresses = vec![self.address()];
        profile
    }

    fn birth_date(&mut self) -> String {
        format!("{}{:02}{:02}", 1930 + self.below(75), 1 + self.below(12), 1 + self.below(28))
    }

    fn phone(&mut self) -> String {
        format!("+86138{:08}", self.below(100_000_000))
    }

    fn address(&mut self) -> PostalAddress {
        let city = self.rank(400);
        PostalAddress {
            region: Some(Self::word(city % 8)),
            city: Some(Self::word(2000 + city)),
            district: None,
            street: Some(format!("{} {} street", 1 + self.below(200), Self::word(self.rank(3000)))),
            postal_code: Some(format!("{:04}", 1000 + city * 5 + self.below(5))),
        }
    }

    /// The same person, entered again by somebody else.
    fn duplicate(&mut self, of: &Profile) -> Profile {
        let mut profile = of.clone();
        for _ in 0..=self.below(3) {
            match self.below(8) {
                0 => self.slip(&mut profile.given_name),
                1 => self.slip(&mut profile.family_name),
                2 => self.slip(&mut profile.birth_date),
                3 => self.slip(&mut profile.addresses[0].street),
                4 => self.slip(&mut profile.addresses[0].city),
                5 => std::mem::swap(&mut profile.given_name, &mut profile.family_name),
                6 => profile.birth_date = None,
                _ => profile.phones = vec![self.phone()],
            }
        }
        profile
    }

    /// A letter left out, typed twice, wrong, or exchanged with the next.
    fn slip(&mut self, text: &mut Option<String>) {
        let Some(text) = text else { return };
        let mut letters: Vec<char> = text.chars().collect();
        let at = self.below(letters.len() - 1);
        match self.below(4) {
            0 => _ = letters.remove(at),
            1 => letters.insert(at, letters[at]),
            2 => letters[at] = if letters[at].is_ascii_digit() { '7' } else { 'e' },
            _ => letters.swap(at, at + 1),
        }
        *text = letters.into_iter().collect();
    }
}

/// The persons, and which are the same.
fn persons(count: usize) -> (Vec<Profile>, BTreeSet<(usize, usize)>) {
    let mut generator = Generator(StdRng::seed_from_u64(20_261_122));
    let mut persons: Vec<Profile> = Vec::with_capacity(count);
    let mut same = BTreeSet::new();
    let originals = count - count * DUPLICATES / 100;
    while persons.len() < originals {
        persons.push(generator.person());
    }
    for (original, duplicate) in (0..).step_by(7).zip(originals..count) {
        persons.push(generator.duplicate(&persons[original].clone()));
        same.insert((original, duplicate));
    }
    (persons, same)
}

/// The most memory that this process had, in megabytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

#[test]
fn duplicates_among_many_persons_are_found() {
    let count =
        std::env::var("GUANXI_PERSONS").map_or(4000, |count| count.parse().expect("a number"));
    let (persons, same) = persons(count);
    let started = Instant::now();
    let prepared: Vec<Prepared> = persons.iter().map(prepare).collect();
    drop(persons);
    let preparing = started.elapsed();
    let found = find_with(&prepared, &Thresholds::default(), &mut |_, _| true).expect("no stop");
    let taken = started.elapsed();
    let pairs: BTreeSet<(usize, usize)> = found.pairs.iter().map(|p| (p.left, p.right)).collect();
    let right = pairs.intersection(&same).count() as f64;
    let (precision, recall) = (right / pairs.len() as f64, right / same.len() as f64);
    println!(
        "{count} persons: {taken:.2?} (preparing {preparing:.2?}), {} compared, {:?}, peak {:?} MB, \
         precision {precision:.4}, recall {recall:.4}",
        found.compared,
        found.skipped,
        peak_memory()
    );
    assert!(precision >= 0.97 && recall >= 0.97, "precision {precision} recall {recall}");
    assert!(found.compared < count as u64 * 200, "{}", found.compared);
}
