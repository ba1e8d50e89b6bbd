import type { Page } from 'playwright-core';

/** Chooses in a combobox as users do: types, waits for the options, selects with Enter. */
export async function pick(page: Page, label: string, typed: string, offered: string | RegExp): Promise<void> {
  const box = page.getByRole('combobox', { name: label });
  await box.fill('');
  await box.pressSequentially(typed);
  const option = page.getByRole('option', { name: offered }).first();
  await option.waitFor();
  while ((await option.getAttribute('aria-selected')) !== 'true') await box.press('ArrowDown');
  await box.press('Enter');
  await option.waitFor({ state: 'hidden' });
}
