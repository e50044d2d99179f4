// The peer of the cold-start measurement: an Electron window that shows one line of static text, and nothing else.
const { app, BrowserWindow } = require('electron')
const path = require('node:path')

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, webPreferences: { sandbox: true, contextIsolation: true } })
  void window.loadFile(path.join(__dirname, 'index.html'))
})
