//! The request laid out for the rules: tokens with tags, sentences, noun phrases, clauses.
//!
//! The rules look things up here; nothing here decides what they mean.

use crate::blocks::{self, Block};
use crate::clauses::{self, Clause};
use crate::dictation;
use crate::nouns::{self, Np};
use crate::spelling::{self, Repair};
use crate::tags::{self, Tag};
use crate::tokens::{self, Kind, Span, Token};

/// Tokens `from..to` of one block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sentence {
    pub from: usize,
    pub to: usize,
    pub block: usize,
}

/// Everything known of a request before any rule.
pub(crate) struct Scene<'a> {
    pub request: &'a str,
    pub tokens: Vec<Token>,
    pub tags: Vec<Tag>,
    /// The place of the closing bracket, at each opening one.
    pub close: Vec<Option<usize>>,
    /// How many brackets are open.
    pub depth: Vec<usize>,
    pub blocks: Vec<Block>,
    /// What a mail program wrote under the request.
    pub boilerplate: Vec<Span>,
    pub sentences: Vec<Sentence>,
    /// In the order of the request, none within another.
    pub nps: Vec<Np>,
    np_at: Vec<Option<usize>>,
    /// All words with a space before, between and after, and where each starts.
    text: String,
    word_at: Vec<usize>,
    /// In the order of the request, none within another.
    pub clauses: Vec<Clause>,
    pub repairs: Vec<Repair>,
    /// How many words tell how things are spoken of: all, but none of a wish behind a list of what there is.
    pub told: usize,
}

impl<'a> Scene<'a> {
    pub(crate) fn read(request: &'a str) -> Self {
        let (blocks, boilerplate) = blocks::blocks(request);
        let (mut tokens, mut sentences) = (Vec::new(), Vec::new());
        for (index, block) in blocks.iter().enumerate() {
            let text = request.get(block.span.start..block.span.end).unwrap_or("");
            let from = tokens.len();
            tokens.extend(tokens::tokenize(text, block.span.start));
            dictation::punctuate(&mut tokens, from);
            cut_sentences(&tokens, from, index, &mut sentences);
        }
        let repairs = spelling::repair(&mut tokens);
        let (close, depth) = brackets(&tokens);
        let (text, word_at) = joined(&tokens);
        let mut scene = Scene {
            request,
            np_at: vec![None; tokens.len()],
            told: tokens.len(),
            text,
            word_at,
            tokens,
            tags: Vec::new(),
            close,
            depth,
            blocks,
            boilerplate,
            sentences,
            nps: Vec::new(),
            clauses: Vec::new(),
            repairs,
        };
        scene.tag_and_chunk();
        scene.clauses = clauses::clauses(&scene);
        scene
    }

    fn tag_and_chunk(&mut self) {
        // What stands between sentences is a sign.
        let mut tags = vec![Tag::Sign; self.tokens.len()];
        for sentence in &self.sentences {
            let tokens = self.tokens.get(sentence.from..sentence.to).unwrap_or(&[]);
            let sentence_tags = tags::tag(tokens);
            for np in nouns::chunk(tokens, &sentence_tags, sentence.from) {
                if let Some(place) = self.np_at.get_mut(np.from) {
                    *place = Some(self.nps.len());
                }
                self.nps.push(np);
            }
            for (place, tag) in tags.iter_mut().skip(sentence.from).zip(sentence_tags) {
                *place = tag;
            }
        }
        self.tags = tags;
    }

    pub(crate) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }
    pub(crate) fn tag(&self, at: usize) -> Option<Tag> {
        self.tags.get(at).copied()
    }
    pub(crate) fn is(&self, at: usize, text: &str) -> bool {
        self.token(at).is_some_and(|token| token.is(text))
    }
    pub(crate) fn one_of(&self, at: usize, texts: &[&str]) -> bool {
        self.token(at).is_some_and(|token| token.one_of(texts))
    }
    /// The place of the opening bracket that is closed here.
    pub(crate) fn open_of(&self, at: usize) -> Option<usize> {
        let depth = self.depth_at(at);
        (0..at).rev().find(|open| self.depth_at(*open) == depth && self.close_of(*open) == Some(at))
    }
    /// The noun phrase that starts at this token.
    pub(crate) fn np_at(&self, at: usize) -> Option<&Np> {
        self.np_at.get(at).copied().flatten().and_then(|index| self.nps.get(index))
    }
    /// The noun phrases that start within the tokens.
    pub(crate) fn nps_in(&self, from: usize, to: usize) -> impl Iterator<Item = &Np> {
        let first = self.nps.partition_point(|np| np.from < from);
        let rest = self.nps.get(first..).unwrap_or(&[]).iter();
        rest.take_while(move |np| np.from < to).filter(move |np| np.to <= to)
    }
    /// The noun phrases before this token, the nearest first.
    pub(crate) fn nps_before(&self, at: usize) -> impl Iterator<Item = &Np> {
        let last = self.nps.partition_point(|np| np.to <= at);
        self.nps.get(..last).unwrap_or(&[]).iter().rev()
    }
    /// The noun phrase that ends just before this token.
    pub(crate) fn np_before(&self, at: usize) -> Option<&Np> {
        self.nps_before(at).next().filter(|np| np.to == at)
    }
    /// The place of the sentence that a token is in.
    pub(crate) fn sentence_at(&self, at: usize) -> Option<usize> {
        let last = self.sentences.partition_point(|sentence| sentence.from <= at).checked_sub(1)?;
        self.sentences.get(last).is_some_and(|sentence| at < sentence.to).then_some(last)
    }
    /// Where the sentence ends that a token is in; just there, if it is in none.
    pub(crate) fn sentence_end(&self, at: usize) -> usize {
        self.sentence_at(at).and_then(|place| self.sentences.get(place)).map_or(at, |sentence| sentence.to)
    }
    /// The sentences of a block.
    pub(crate) fn sentences_of(&self, block: usize) -> impl Iterator<Item = &Sentence> {
        let first = self.sentences.partition_point(|sentence| sentence.block < block);
        let rest = self.sentences.get(first..).unwrap_or(&[]).iter();
        rest.take_while(move |sentence| sentence.block == block)
    }
    /// The clauses of a sentence.
    pub(crate) fn clauses_of(&self, sentence: usize) -> impl Iterator<Item = &Clause> {
        let first = self.clauses.partition_point(|clause| clause.sentence < sentence);
        let rest = self.clauses.get(first..).unwrap_or(&[]).iter();
        rest.take_while(move |clause| clause.sentence == sentence)
    }
    /// The clause that a token is in.
    pub(crate) fn clause_at(&self, at: usize) -> Option<&Clause> {
        let last = self.clauses.partition_point(|clause| clause.from <= at).checked_sub(1)?;
        self.clauses.get(last).filter(|clause| at < clause.to)
    }
    /// The clause that the whole phrase is in.
    pub(crate) fn clause_around(&self, np: &Np) -> Option<&Clause> {
        self.clause_at(np.from).filter(|clause| np.to <= clause.to)
    }
    /// The first noun phrase within the tokens, outside brackets.
    pub(crate) fn first_np(&self, from: usize, to: usize) -> Option<&Np> {
        let depth = self.depth.get(from).copied().unwrap_or(0);
        self.nps_in(from, to).find(|np| self.depth.get(np.from).copied() == Some(depth))
    }
    pub(crate) fn close_of(&self, open: usize) -> Option<usize> {
        self.close.get(open).copied().flatten()
    }
    pub(crate) fn depth_at(&self, at: usize) -> usize {
        self.depth.get(at).copied().unwrap_or(0)
    }
    pub(crate) fn span(&self, from: usize, to: usize) -> Span {
        let start = self.token(from).map_or(0, |token| token.span.start);
        let end = self.token(to.saturating_sub(1).max(from)).map_or(start, |token| token.span.end);
        Span { start, end: end.max(start) }
    }
    pub(crate) fn text(&self, span: Span) -> &str {
        self.request.get(span.start..span.end).unwrap_or("")
    }
    /// The word as the request spells it, in lower case: "cancelled", where the token says "canceled".
    pub(crate) fn spelt(&self, at: usize) -> String {
        let Some(token) = self.token(at) else { return String::new() };
        let written = self.text(token.span).to_lowercase();
        if crate::lemma::american(&written) == token.text { written } else { token.text.clone() }
    }
    /// The words of the tokens with spaces between, in lower case.
    pub(crate) fn words(&self, from: usize, to: usize) -> &str {
        let padded = self.padded(from, to);
        padded.get(1..padded.len().saturating_sub(1)).unwrap_or("")
    }
    /// The words with a space before and after too.
    pub(crate) fn padded(&self, from: usize, to: usize) -> &str {
        let (Some(start), Some(end)) = (self.word_at.get(from), self.word_at.get(to)) else { return "" };
        if from < to { self.text.get(start - 1..*end).unwrap_or("") } else { "" }
    }
    /// Whether the sentence opens its block.
    pub(crate) fn opens_block(&self, sentence: usize) -> bool {
        let block = self.sentences.get(sentence).map(|s| s.block);
        sentence == 0 || self.sentences.get(sentence - 1).map(|s| s.block) != block
    }
}

/// A longer sentence is cut at its next comma, or after twice as many tokens: every rule may look through a whole
/// sentence, and a text without full stops must not make that slow.
const LONG_SENTENCE: usize = 160;

fn cut_sentences(tokens: &[Token], from: usize, block: usize, sentences: &mut Vec<Sentence>) {
    let (mut start, mut depth) = (from, 0usize);
    for at in from..tokens.len() {
        let Some(token) = tokens.get(at) else { break };
        let long = at - start > LONG_SENTENCE && token.is(",") && depth == 0 || at - start > 2 * LONG_SENTENCE;
        if long {
            depth = 0;
            push_sentence(sentences, start, at, block);
            start = at + usize::from(token.is(","));
        }
        match token.text.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "." | "!" | "?" if token.is_sign() && (depth == 0 || tokens.get(at + 1).is_some_and(|n| n.capital)) => {
                let next = tokens.get(at + 1);
                // "on the 1. January".
                let dated = at > start
                    && token.is(".")
                    && tokens.get(at - 1).is_some_and(|before| before.kind == Kind::Number && before.text.len() <= 2)
                    && next.is_some_and(|next| crate::lexicon::words::month(&next.text).is_some());
                let short = at > start
                    && tokens
                        .get(at - 1)
                        .is_some_and(|before| before.one_of(&["e.g", "i.e", "no", "vs", "approx", "incl", "eg", "ie"]))
                    && next.is_some_and(|n| !n.capital);
                if !short && !dated && !is_dotted(tokens, at) {
                    depth = 0;
                    push_sentence(sentences, start, at, block);
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    push_sentence(sentences, start, tokens.len(), block);
}

/// "Session.starts_at", "Prop.condition": the value of a record, as programmers write it.
pub(crate) fn is_dotted(tokens: &[Token], at: usize) -> bool {
    let (Some(dot), Some(next)) = (tokens.get(at), tokens.get(at + 1)) else { return false };
    let Some(before) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return false };
    let glued = before.span.end == dot.span.start && dot.span.end == next.span.start;
    let named = next.text.contains('_') || crate::lexicon::fields::takes_values(&next.text);
    dot.is(".") && glued && before.kind == Kind::Word && before.capital && !next.capital && named
}

fn push_sentence(sentences: &mut Vec<Sentence>, from: usize, to: usize, block: usize) {
    if to > from {
        sentences.push(Sentence { from, to, block });
    }
}

fn brackets(tokens: &[Token]) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut close = vec![None; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match (token.kind, token.text.as_str()) {
            (Kind::Sign, "(" | "[") => open.push(at),
            (Kind::Sign, ")" | "]") => {
                if let Some(start) = open.pop()
                    && let Some(place) = close.get_mut(start)
                {
                    *place = Some(at);
                }
            }
            _ => {}
        }
    }
    // One more after each opening bracket that is closed, one less at its end.
    let mut opened = vec![0_usize; tokens.len() + 1];
    let mut closed = vec![0_usize; tokens.len() + 1];
    for (start, end) in close.iter().enumerate().filter_map(|(start, end)| end.map(|end| (start, end))) {
        if let (Some(opens), Some(closes)) = (opened.get_mut(start + 1), closed.get_mut(end)) {
            *opens += 1;
            *closes += 1;
        }
    }
    let mut level = 0;
    let depth = opened.iter().zip(&closed).take(tokens.len()).map(|(opens, closes)| {
        level = level + opens - closes;
        level
    });
    let depth = depth.collect();
    (close, depth)
}

/// The words of all tokens in one text, and where each starts in it; a last place is where a next one would.
fn joined(tokens: &[Token]) -> (String, Vec<usize>) {
    let mut text = String::from(" ");
    let mut starts = Vec::with_capacity(tokens.len() + 1);
    for token in tokens {
        starts.push(text.len());
        text.push_str(&token.text);
        text.push(' ');
    }
    starts.push(text.len());
    (text, starts)
}
