import { version } from '../../version.js';
import { escapeHtml } from './html.js';
import { script, style } from './style.js';

/** What tells a page of ours from any other file. */
export const GENERATOR = 'tfjs-longtail';

/** What a page consists of. */
export interface Page {
  /** Plain text. */
  readonly title: string;
  /** What it is about, in a line of plain text. */
  readonly summary: string;
  /** What has to be known before anything is read off it, as HTML; none where it is empty. */
  readonly notice?: string;
  /** The rest, as HTML. */
  readonly body: string;
}

/** One self-contained page: it loads nothing, and reads without its script. */
export function pageHtml({ title, summary, notice = '', body }: Page): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${GENERATOR} ${version}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(summary)}</p>
${notice}
</header>
<main>
${body}
</main>
<footer>Made by ${GENERATOR} ${version}.</footer>
<script>${script}</script>
</body>
</html>
`;
}
