import { createHash } from 'node:crypto';
import { escapeHtml } from '../../core/view/escape.ts';
import type { Failure } from './failure.ts';

// Everything is on the page itself: there is no application that could serve a style sheet.
const STYLE = `
body { margin: 0 auto; max-width: 46rem; padding: 3rem 1.5rem; font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; color-scheme: light dark; }
h1 { font-size: 1.35rem; } dt { margin-top: 1rem; font-weight: 600; } dd { margin: 0; }
pre { white-space: pre-wrap; padding: .75rem 1rem; border: 1px solid; border-radius: .4rem; font-size: .875rem; } footer { margin-top: 2rem; opacity: .7; }`;

/** Reloads when another server answers. One that knows no such stream is the mended application. */
const SCRIPT = `
let first;
const events = new EventSource('/+dev');
const reload = () => { events.close(); location.replace(location.pathname + location.search); };
events.onmessage = ({ data }) => { if (first !== undefined && first !== data) reload(); first = data; };
events.onerror = () => { if (events.readyState === EventSource.CLOSED) reload(); };
addEventListener('pagehide', () => events.close());`;

const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** This page's script and style, and nothing else. */
export const FAILURE_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src ${hashed(SCRIPT)}`,
  `style-src ${hashed(STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the terminal tells, for whoever looks at the browser. */
export function failurePage({ problem, why, details, fix, retry, code }: Failure): string {
  const lines = details.length === 0 ? '' : `<pre>${escapeHtml(details.join('\n'))}</pre>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not running</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(problem)}</h1>
<dl>
<dt>Why</dt><dd>${escapeHtml(why)}${lines}</dd>
<dt>Fix</dt><dd>${escapeHtml(fix)}</dd>
<dt>Retry</dt><dd>${escapeHtml(retry)}</dd>
</dl>
</main>
<footer>${code === '' ? '' : `<code>${escapeHtml(code)}</code> · `}The project does not run. This page reloads by itself after the next save.</footer>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
}
