#!/usr/bin/env node
import { commandLine } from './command-line.js';

// Whoever reads may stop early, as `head` does; that is no failure.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit();
  throw error;
});

const { stdin: input, stdout: out, stderr: err } = process;
process.exitCode = await commandLine(process.argv.slice(2), { input, out, err });

// A server that was told to stop, or that never started, may leave connections behind; all it had to do is done.
if (process.argv[2] === 'serve') process.exit();
