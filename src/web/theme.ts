import { createTheme, type CSSVariablesResolver, type MantineColorsTuple, type MantineSize } from '@mantine/core';

/** A blue of the evening; shade 7 carries white text at 6.5:1, shade 3 is read on dark at 8:1. */
const ink: MantineColorsTuple = [
  '#f0f2ff',
  '#dfe3fb',
  '#bcc4f2',
  '#97a3ea',
  '#7786e2',
  '#6273dd',
  '#5163d2',
  '#4150c4',
  '#35429f',
  '#28337d',
];

const gray: MantineColorsTuple = [
  '#f8f9fa',
  '#f1f3f5',
  '#e6e8eb',
  '#d7dade',
  '#c1c6cb',
  '#9aa1a9',
  '#6f7780',
  '#565e66',
  '#363c43',
  '#1f2328',
];

const dark: MantineColorsTuple = [
  '#d3d5da',
  '#b4b7be',
  '#9a9ea7',
  '#6d717b',
  '#3a3d45',
  '#2c2f35',
  '#202227',
  '#16171a',
  '#121316',
  '#0d0e10',
];

/** Calm and dense: system fonts, 14 px, one accent. All texts keep WCAG's 4.5:1. */
export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 7 },
  colors: { ink, gray, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '15px', lineHeight: '22px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '16px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  autoContrast: false,
  // Plain objects: naming a component here would load it with the app's first file.
  components: {
    Button: {
      defaultProps: { size: 'sm' },
      vars: (_: unknown, { size }: { size?: MantineSize }) => ({
        root: size === 'sm' ? { '--button-height': '34px', '--button-padding-x': '14px', '--button-fz': '13.5px' } : {},
      }),
      styles: { root: { fontWeight: 500 } },
    },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Anchor: { defaultProps: { underline: 'always' } },
    Badge: {
      defaultProps: { variant: 'light', radius: 'sm' },
      styles: { root: { textTransform: 'none', fontWeight: 500 } },
    },
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.35 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
      styles: { title: { fontWeight: 600 } },
    },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: 'md' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm', autosize: true } },
    SegmentedControl: {
      vars: (_: unknown, { size }: { size?: MantineSize }) => ({
        root: size === 'xs' ? { '--sc-padding': '3px 10px' } : {},
      }),
    },
    Select: { defaultProps: { size: 'sm', allowDeselect: false, comboboxProps: { shadow: 'md' } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close this notice' } } },
    NumberInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: true } } },
  },
});

/** Colours that Mantine's own defaults leave below 4.5:1, and the surfaces of the app. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b636b',
    '--mantine-color-placeholder': '#656d75',
    '--mantine-color-error': '#c0272d',
    '--mantine-color-anchor': '#3a49b8',
    '--mantine-color-teal-light': '#dcf5e9',
    '--mantine-color-teal-light-color': '#08694c',
    '--mantine-color-red-light': '#ffe9e9',
    '--mantine-color-red-light-color': '#a61e1e',
    '--mantine-color-yellow-light': '#fff2cc',
    '--mantine-color-yellow-light-color': '#704700',
    '--mantine-color-orange-light': '#ffecd9',
    '--mantine-color-orange-light-color': '#8a3d00',
    '--mantine-color-gray-light': '#eef0f2',
    '--mantine-color-gray-light-color': '#474e55',
    '--mantine-color-ink-light': '#e8ebfd',
    '--mantine-color-ink-light-color': '#35429f',
    '--app-surface': '#ffffff',
    '--app-sunken': '#f7f8f9',
    '--app-border': '#e6e8eb',
    '--app-hover': '#f3f4f6',
    '--app-good': '#1a7f4b',
    '--app-bad': '#c0272d',
    '--app-warn': '#9a5b00',
  },
  dark: {
    '--mantine-color-dimmed': '#9ba1ab',
    '--mantine-color-placeholder': '#8e949e',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': '#a5b0f2',
    '--mantine-color-teal-light': '#12352a',
    '--mantine-color-teal-light-color': '#7fe0b5',
    '--mantine-color-red-light': '#3a1d1f',
    '--mantine-color-red-light-color': '#ffb3b3',
    '--mantine-color-yellow-light': '#3b2f12',
    '--mantine-color-yellow-light-color': '#ffdf9e',
    '--mantine-color-orange-light': '#3d2815',
    '--mantine-color-orange-light-color': '#ffc890',
    '--mantine-color-gray-light': '#2b2e34',
    '--mantine-color-gray-light-color': '#c9cdd4',
    '--mantine-color-ink-light': '#262b52',
    '--mantine-color-ink-light-color': '#c3cbf7',
    '--app-surface': '#1b1c20',
    '--app-sunken': '#121316',
    '--app-border': '#2c2f35',
    '--app-hover': '#22242a',
    '--app-good': '#5fd08f',
    '--app-bad': '#ff8787',
    '--app-warn': '#f0b65a',
  },
});
