// Runs inside Electron: draws the SVG in a page without a frame and saves it at every size, with its transparency.
import fs from 'node:fs'
import path from 'node:path'
import { app, BrowserWindow } from 'electron'

const [folder = '', sizes = ''] = process.argv.slice(-2)

app
  .whenReady()
  .then(async () => {
    const svg = fs.readFileSync(path.join(folder, 'icon.svg'), 'utf8')
    const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, offscreen: true } })
    await window.loadURL('data:text/html,<!doctype html>')
    for (const size of sizes.split(',').map(Number)) {
      // A canvas keeps the alpha channel, which a picture of the window does not.
      const script = `new Promise((resolve, reject) => {
      const image = new Image()
      image.onload = () => {
        const canvas = document.createElement('canvas')
        canvas.width = canvas.height = ${size}
        canvas.getContext('2d').drawImage(image, 0, 0, ${size}, ${size})
        resolve(canvas.toDataURL('image/png'))
      }
      image.onerror = () => reject(new Error('the drawing could not be read'))
      image.src = 'data:image/svg+xml;base64,' + ${JSON.stringify(Buffer.from(svg).toString('base64'))}
    })`
      const data = await window.webContents.executeJavaScript(script)
      fs.writeFileSync(path.join(folder, `${size}x${size}.png`), Buffer.from(data.split(',')[1], 'base64'))
    }
    app.exit(0)
  })
  .catch((error) => {
    console.error(error)
    app.exit(1)
  })
