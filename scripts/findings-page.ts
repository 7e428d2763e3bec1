import { writeFile } from 'node:fs/promises';
import { findingsPage } from './findings-text.js';

/** Writes docs/findings.md from the catalogue. */
await writeFile(new URL('../docs/findings.md', import.meta.url), findingsPage());
