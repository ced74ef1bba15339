import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, dataOf } from '../../api.js';
import { NeedsRole } from '../../components/NeedsRole.js';
import { PageHeader } from '../../components/PageHeader.js';
import { useDraft } from '../../hooks/useDraft.js';
import { useMutationWithNotice } from '../../hooks/useMutationWithNotice.js';
import { newKey } from '../../idempotency.js';
import { automationChanges } from './automation.js';
import { AutomationEditor } from './AutomationEditor.js';
import { emptyForm, inputOf } from './automationForm.js';

/** A new automation. */
export default function NewAutomationPage() {
  const navigate = useNavigate();
  const [initial] = useState(() => emptyForm(new Date()));
  const [key] = useState(newKey);
  const draft = useDraft('automation:new', initial);
  const create = useMutationWithNotice({
    run: () =>
      dataOf(
        api.POST('/api/v1/automations', {
          params: { header: { 'Idempotency-Key': key } },
          body: inputOf(draft.value),
        }),
      ),
    done: (a) => (a.enabled ? `“${a.name}” is made and active.` : `“${a.name}” is made; it is paused.`),
    showsProblems: true,
    changes: automationChanges,
    onDone: (a) => {
      draft.keepNothing();
      void navigate({ to: '/automations/$id', params: { id: a.id } });
    },
  });
  return (
    <NeedsRole role="operator" title="New automation">
      <PageHeader title="New automation" back={{ to: '/automations', label: 'Automations' }} />
      <AutomationEditor
        draft={draft}
        error={create.error}
        saving={create.isPending}
        save="Create"
        onSave={() => create.mutate()}
        cancelTo="/automations"
      />
    </NeedsRole>
  );
}
