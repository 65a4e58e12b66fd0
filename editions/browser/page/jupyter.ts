/**
 * The parts of JupyterLab's interfaces that are used here. A plugin outside the application's bundle gets its modules from
 * the scope that plugins share.
 */

export interface NotebookCell {
  cell_type: string;
  source: string | string[];
}

export interface NotebookContent {
  cells: NotebookCell[];
  metadata: { lif_fc_mnist?: { version?: string; keptOver?: string } };
}

export interface Contents {
  get(path: string, options?: { content: boolean }): Promise<{ type: string; path: string; content: unknown }>;
  save(path: string, model: object): Promise<unknown>;
  delete(path: string): Promise<void>;
  /** The address that links lead to; for files in the browser's storage, of a copy in memory. */
  getDownloadUrl(path: string): Promise<string>;
}

export interface NotebookPanel {
  isDisposed: boolean;
  context: {
    path: string;
    ready: Promise<void>;
    model: { dirty: boolean; toJSON(): NotebookContent; setMetadata(key: string, value: unknown): void };
    save(): Promise<void>;
    revert(): Promise<void>;
  };
  content: { widgets: readonly CellWidget[] };
  sessionContext: { iopubMessage: Signal<KernelMessage>; statusChanged: Signal<string> };
}

export interface CellWidget {
  node: HTMLElement;
  /** The outputs of a code cell, with its last request to the kernel, if any. */
  outputArea?: { future: { isDisposed: boolean; msg: { header: { msg_id: string } } } | null };
}

export interface KernelMessage {
  header: { msg_type: string };
  parent_header: { msg_type?: string; msg_id?: string };
  content: { execution_state?: string };
}

interface Signal<Argument> {
  connect(slot: (sender: unknown, argument: Argument) => void): void;
}

export interface Commands {
  execute(id: string, args?: object): Promise<unknown>;
  addCommand(id: string, options: { label: string; execute: () => unknown; describedBy?: object }): void;
}

export interface App {
  commands: Commands;
  serviceManager: { contents: Contents };
  shell: { add(widget: object, area: string, options: { rank: number }): void };
  restored: Promise<void>;
}

export interface NotebookTracker {
  currentWidget: NotebookPanel | null;
  widgetAdded: Signal<NotebookPanel>;
  forEach(visit: (panel: NotebookPanel) => void): void;
}

interface Menu {
  id: string;
  title: { label: string };
  addItem(item: { command?: string; type?: 'separator' }): void;
}

export interface MainMenu {
  addMenu(menu: Menu, update: boolean, options: { rank: number }): void;
}

export interface MimeModel {
  data: Record<string, unknown>;
}

export interface RenderMimeRegistry {
  addFactory(factory: {
    safe: boolean;
    mimeTypes: string[];
    defaultRank: number;
    createRenderer(options: { mimeType: string }): unknown;
  }): void;
}

interface Button {
  label: string;
}

export interface ApplicationUtilities {
  showDialog(options: { title: string; body?: string; buttons: Button[] }): Promise<{ button: Button }>;
  Dialog: {
    cancelButton(options: Button): Button;
    okButton(options: Button): Button;
    warnButton(options: Button): Button;
  };
  InputDialog: {
    getText(options: Record<'title' | 'label' | 'text' | 'okLabel', string>): Promise<{ value: string | null }>;
  };
  Notification: Record<
    'info' | 'warning',
    (
      message: string,
      options: { autoClose: number | false; actions?: { label: string; callback: () => void }[] },
    ) => string
  >;
}

/** The modules of JupyterLab that are used here, by package name. */
export interface Modules {
  '@jupyterlab/apputils': ApplicationUtilities;
  '@jupyterlab/coreutils': { PageConfig: { getBaseUrl(): string } };
  '@jupyterlab/mainmenu': { IMainMenu: unknown };
  '@jupyterlab/notebook': { INotebookTracker: unknown };
  '@jupyterlab/rendermime': { IRenderMimeRegistry: unknown };
  '@jupyterlab/services': { IDefaultDrive: unknown };
  '@lumino/widgets': {
    Menu: new (options: { commands: Commands }) => Menu;
    Widget: new (options: {
      node: HTMLElement;
    }) => { node: HTMLElement; addClass(name: string): void; dispose(): void };
  };
}

/** The scope of shared modules: the loaders of each version. */
export type Scope = Record<string, Record<string, { get(): Promise<() => unknown> }>>;

/** Loads the application's own copy of a module. */
export async function load<Name extends keyof Modules>(scope: Scope, name: Name): Promise<Modules[Name]> {
  const [version] = Object.values(scope[name] ?? {});
  if (!version) throw new Error(`${name}: expected the application to share it, found none`);
  return (await version.get())() as Modules[Name];
}
