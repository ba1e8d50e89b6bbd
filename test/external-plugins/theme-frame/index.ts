import { definePlugin, type NoOptions } from 'rustio-admin/plugin';

declare module 'rustio-admin/plugin' {
  interface PluginOptions {
    'theme-frame': NoOptions;
  }
}

/** Replaces the frame around every page: a bar on top instead of the navigation at the side. */
export const themeFrame = definePlugin({
  name: 'theme-frame',
  api: 1,
  description: 'Another frame.',
  templates: new URL('./templates/', import.meta.url),
  overrides: ['layout/frame', 'layout/brand'],
  assets: new URL('./assets/', import.meta.url),
  contributes: {
    'layout.head': [{ name: 'theme-frame', view: 'theme-frame/head' }],
    'layout.banner': [{ name: 'theme-frame', view: 'theme-frame/banner', access: { role: 'administrator' } }],
    'layout.footer': [
      { name: 'theme-frame', view: 'theme-frame/footer', data: (ctx) => ({ zone: ctx.state.timeZone }) },
    ],
  },
});
