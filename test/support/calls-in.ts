/** The arguments of every call of `name`, found by counting parentheses; those in string literals are balanced in our sources. */
export function callsIn(text: string, name: string): readonly string[] {
  return [...text.matchAll(new RegExp(`${name}\\(`, 'g'))].map((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    while (depth > 0 && end < text.length) {
      const character = text[end];
      depth += character === '(' ? 1 : character === ')' ? -1 : 0;
      end += 1;
    }
    return text.slice(start, end - 1).trim();
  });
}
