import type { SetupGuide } from '../api/setup.js';
import { markdownOf } from '../vault/setup/formats.js';
import type { Guide, Step } from '../vault/setup/guide.js';

/** A guide as the API shows it. */
export function setupAnswer(guide: Guide): SetupGuide {
  return {
    credential: guide.credential,
    preset: guide.preset,
    provider: guide.provider,
    purpose: guide.purpose,
    mailboxes: [...guide.mailboxes],
    steps: guide.steps.map(stepAnswer),
    remove: guide.remove.map(one => ({ ...one, permissions: [...one.permissions] })),
    markdown: markdownOf(guide),
  };
}

function stepAnswer({ id, title, who, why, optional, text, instructions, commands, link }: Step) {
  return {
    id,
    title: title.plain,
    who,
    why: why.plain,
    optional: optional ?? false,
    text: text?.plain,
    instructions: instructions?.map(({ plain }) => plain),
    commands: commands?.map(({ shell, text }) => ({ shell, text })),
    link,
  };
}
