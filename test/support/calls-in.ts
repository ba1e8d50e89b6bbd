/** The arguments of every call of `name`, by counting parentheses; those in texts come in pairs in our sources. */
export function callsIn(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`${name}\\(`, 'g'))].map((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    while (depth > 0 && end < text.length) {
      const sign = text[end];
      depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
      end += 1;
    }
    return text.slice(start, end - 1).trim();
  });
}
