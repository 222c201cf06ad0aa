// Which words differ between wordings. Pure functions; index/word_diff.py does the same for a terminal.

const plain = (word) => word.replace(/^[.,;:()[\]]+|[.,;:()[\]]+$/g, "").toLowerCase() || word;

// Lengths of the longest common subsequence of the two tails from each pair of places.
function common(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

// Both wordings in words, each with whether only that wording has it: [[word, differs], …] twice.
export function wordDiff(before, after) {
  const [old, fresh] = [before, after].map((text) => text.split(/\s+/).filter(Boolean));
  const [a, b] = [old.map(plain), fresh.map(plain)];
  const table = common(a, b);
  const [left, right] = [[], []];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      left.push([old[i++], false]);
      right.push([fresh[j++], false]);
    } else if (j >= b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) left.push([old[i++], true]);
    else right.push([fresh[j++], true]);
  }
  return [left, right];
}

// Several wordings in words, each with whether some other wording lacks it.
export function wordsApart(texts) {
  const sets = texts.map((text) => new Set(text.split(/\s+/).map(plain)));
  return texts.map((text) => text.split(/\s+/).filter(Boolean).map((word) => [word, !sets.every((set) => set.has(plain(word)))]));
}
