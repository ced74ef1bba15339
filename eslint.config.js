import jsxA11y from 'eslint-plugin-jsx-a11y-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom (docs/architecture.md). A folder may import itself and what is listed; everything else of ours is refused.
 * Entry points (src/*.ts, src/worker, src/embedded) assemble the parts and may import any.
 */
const arrows = {
  domain: [],
  workflows: ['domain'],
  ledger: ['domain'],
  net: [],
  mail: ['domain', 'net'],
  activities: ['domain', 'ledger', 'mail', 'net', 'temporal'],
  temporal: ['domain', 'ledger', 'workflows'],
  api: ['domain', 'ledger', 'mail', 'net', 'temporal', 'workflows'],
  client: [],
  web: ['client', 'domain'],
};
const folders = [...Object.keys(arrows), 'embedded', 'worker', 'cli'];

const importRules = Object.entries(arrows).map(([folder, allowed]) => {
  const refused = folders.filter((f) => f !== folder && !allowed.includes(f));
  return {
    files: [`src/${folder}/**/*.ts`, `src/${folder}/**/*.tsx`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${refused.join('|')})/`,
              message: `src/${folder} may import only ${['itself', ...allowed].join(', ')} (docs/architecture.md).`,
              // Workflows know activities by their types alone.
              allowTypeImports: folder === 'workflows',
            },
            ...(folder === 'workflows' || folder === 'domain'
              ? [{ regex: '^node:', message: `src/${folder} runs inside the workflow sandbox: no Node modules.` }]
              : []),
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.oncemail/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  ...importRules,
  {
    files: ['src/web/**/*.ts', 'src/web/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks, 'jsx-a11y-x': jsxA11y },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      ...jsxA11y.configs.recommended.rules,
      // `role` of our own components is a role of users.
      'jsx-a11y-x/aria-role': ['error', { ignoreNonDOM: true }],
      // The focus goes where the reader is at: a dialog's first field, the code that is asked for.
      'jsx-a11y-x/no-autofocus': 'off',
    },
  },
);
