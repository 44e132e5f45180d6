"""Draws the images of the simulated cards: names and addresses as 1-bit PNG, portraits as greyscale JPEG 2000.

Run once with Pillow and Japanese fonts, the later ones for characters that the first has not
(draw.py people.json folder font.ttf ...); what it drew is checked in.
"""
import json, random, sys
from PIL import Image, ImageDraw, ImageFont

people, folder, *font_files = sys.argv[1:]
fonts = [ImageFont.truetype(file, 24) for file in font_files]
font = fonts[0]

def looks(face, letter):
    mask = face.getmask(letter)
    return mask.getbbox(), bytes(mask)

def having(letter):
    return next((face for face in fonts if looks(face, letter) != looks(face, "\U0010FFFD")), font)

def lines(text, count, columns):
    rows = [text[i:i + columns] for i in range(0, len(text), columns)][:3]
    image = Image.new("1", (24 * columns + 8, 28 * max(count, len(rows)) + 4), 1)
    draw = ImageDraw.Draw(image)
    for row, part in enumerate(rows):
        x = 4
        for letter in part:
            draw.text((x, 2 + 28 * row), letter, font=having(letter), fill=0)
            x += font.getlength(letter)
    return image

def portrait(seed, path):
    random.seed(seed)
    image = Image.new("L", (180, 232), 225)
    draw = ImageDraw.Draw(image)
    hair, skin = random.choice([30, 60, 110, 190]), random.choice([170, 185, 200])
    draw.rectangle((20, 186, 160, 232), fill=random.choice([40, 80, 120]))
    long = seed % 2
    draw.ellipse((38, 24, 142, 150 + 40 * long), fill=hair)
    draw.ellipse((48, 48, 132, 178), fill=skin)
    draw.pieslice((46, 30, 134, 110), 180, 360, fill=hair)
    for x in (72, 108):
        draw.ellipse((x - 8, 98, x + 8, 108), fill=250)
        draw.ellipse((x - 4, 98, x + 4, 108), fill=30)
        draw.line((x - 12, 90, x + 12, 88), fill=hair, width=3)
        if seed % 3 == 0:
            draw.ellipse((x - 16, 88, x + 16, 118), outline=20, width=2)
    draw.line((90, 108, 86, 132, 92, 134), fill=skin - 60, width=2)
    draw.arc((72, 134, 108, 156), 20, 160, fill=110, width=3)
    draw.text((62, 208), "SIM", font=font, fill=255)
    image.save(path, irreversible=True, quality_mode="rates", quality_layers=[14])

for number, person in enumerate(json.load(open(people))["people"], 1):
    lines(person["name"], 1, 17).save(f"{folder}/{number:02}-name.png", optimize=True)
    # The security code (セキュリティコード) of a person, as the card's own tables compute it.
    lines(f"{(number * 2731 + 1285) % 10000:04}", 1, 4).save(f"{folder}/{number:02}-code.png", optimize=True)
    lines(person["address"], 2, 24).save(f"{folder}/{number:02}-address.png", optimize=True)
for seed in range(6):
    portrait(seed, f"{folder}/portrait-{seed}.jp2")

# In place of the My Number: bars. Nothing may read this file, and nothing is to be seen in it.
bars = Image.new("1", (296, 32), 1)
for k in range(12):
    ImageDraw.Draw(bars).rectangle((6 + 24 * k, 6, 22 + 24 * k, 26), fill=0)
bars.save(f"{folder}/my-number.png", optimize=True)
