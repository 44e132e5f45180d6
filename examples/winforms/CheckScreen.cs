// The screen of a check: the card on the left, the patient's or the staff's part on the right.
using System;
using System.Collections.Generic;
using System.Drawing;
using System.Windows.Forms;
using Mynacard;

namespace ReceptionDesk
{
    /// <summary>Where a check stands, in four lines.</summary>
    internal sealed class Steps : Control
    {
        internal static readonly string[] ByPin = { "カードを読み取る", "暗証番号を確かめる", "カードで署名する", "資格を照会する" };
        internal static readonly string[] BySight = { "カードを読み取る", "写真とご本人を見比べる", "カードで署名する", "資格を照会する" };
        private string[] lines = ByPin;
        private int at = -1;

        internal Steps(string name)
        {
            SetStyle(ControlStyles.UserPaint | ControlStyles.AllPaintingInWmPaint | ControlStyles.OptimizedDoubleBuffer | ControlStyles.ResizeRedraw, true);
            SetStyle(ControlStyles.Selectable, false);
            Name = name;
            Font = Ui.Font(18);
        }

        /// <summary>Shows the steps; those before <paramref name="step"/> are done.</summary>
        internal void Tell(string[] all, int step)
        {
            lines = all;
            at = step;
            Invalidate();
        }

        protected override void OnPaint(PaintEventArgs e)
        {
            e.Graphics.Clear(Sheet.Back(Parent));
            Ui.Fine(e.Graphics);
            int row = Height / lines.Length, side = Ui.Px(26);
            for (var one = 0; one < lines.Length; one++)
            {
                var circle = new Rectangle(Ui.Px(2), one * row + (row - side) / 2, side, side);
                bool done = one < at, now = one == at;
                using (var brush = new SolidBrush(done ? Ui.Green : now ? Ui.Blue : Color.White))
                using (var pen = new Pen(done ? Ui.Green : now ? Ui.Blue : Ui.Line, Ui.Px(2)))
                {
                    e.Graphics.FillEllipse(brush, circle);
                    e.Graphics.DrawEllipse(pen, circle);
                }
                using (var brush = new SolidBrush(done || now ? Color.White : Ui.Quiet))
                using (var format = Ui.Middle())
                using (var pen = new Pen(Color.White, Ui.Px(3)))
                {
                    if (done) e.Graphics.DrawLines(pen, new[] { new Point(circle.Left + side * 28 / 100, circle.Top + side / 2), new Point(circle.Left + side * 44 / 100, circle.Top + side * 66 / 100), new Point(circle.Left + side * 73 / 100, circle.Top + side * 34 / 100) });
                    else e.Graphics.DrawString((one + 1).ToString(), Ui.Font(15, true), brush, circle, format);
                }
                using (var brush = new SolidBrush(now ? Ui.Navy : done ? Ui.Ink : Ui.Quiet))
                using (var format = Ui.Middle(StringAlignment.Near))
                    e.Graphics.DrawString(lines[one], now ? Ui.Font(18, true) : Font, brush, new RectangleF(Ui.Px(42), one * row, Width - Ui.Px(42), row), format);
            }
        }
    }

    /// <summary>Twelve keys. A digit goes from the key to whoever listens, as a character and never as a text.</summary>
    internal sealed class PinPad : Panel
    {
        internal event Action<char> Digit;
        internal event Action<bool> Erase;
        private readonly List<Touch> keys = new List<Touch>();

        internal PinPad()
        {
            Name = "pinPad";
            foreach (var key in "123456789C0X")
            {
                var own = key;
                var button = Touch.Plain("key" + key, key == 'C' ? "1字消す" : key == 'X' ? "全消去" : key.ToString(), key == 'C' || key == 'X' ? 18 : 30);
                button.TabStop = false;
                button.Click += (sender, e) =>
                {
                    if (own == 'C' || own == 'X') { if (Erase != null) Erase(own == 'X'); }
                    else if (Digit != null) Digit(own);
                };
                keys.Add(button);
                Controls.Add(button);
            }
        }

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            BackColor = Color.White;
            int gap = Ui.Px(12), wide = (Width - 2 * gap) / 3, high = (Height - 3 * gap) / 4;
            for (var one = 0; one < keys.Count; one++) keys[one].SetBounds(one % 3 * (wide + gap), one / 3 * (high + gap), wide, high);
        }
    }

    internal sealed class CheckScreen : Panel
    {
        internal readonly Touch Pin = Touch.Plain("byPin", "暗証番号", 20), Sight = Touch.Plain("bySight", "目視確認", 20), Stop = Touch.Plain("stop", "中止する", 20);
        internal readonly ReaderPicture Reader = new ReaderPicture("reader");
        internal readonly Words State = new Words("state", 30, true, Ui.Navy).At(StringAlignment.Center), Hint = new Words("hint", 17, false, Ui.Quiet).At(StringAlignment.Center, StringAlignment.Near);
        internal readonly Steps Steps = new Steps("steps");
        internal readonly Dots Dots = new Dots("dots");
        internal readonly PinPad Pad = new PinPad();
        internal readonly Touch Go = Touch.Primary("go", "確認する", 24);
        internal readonly Field Staff, Birth, Expiry, Code;
        internal readonly Touch ReadPhoto = Touch.Primary("readPhoto", "顔写真を読み出す", 20), OwnEyes = Touch.Plain("ownEyes", "券面の写真で見比べる", 18);
        internal readonly Touch Same = Touch.Primary("same", "本人です", 24), Other = Touch.Plain("other", "本人ではありません", 20);
        internal readonly PictureBox Photo = new PictureBox { Name = "photo", SizeMode = PictureBoxSizeMode.Zoom, BackColor = Color.White };
        private readonly bool built;
        private readonly Sheet left = new Sheet("checkLeft"), pinSheet = new Sheet("pinSheet"), sightSheet = new Sheet("sightSheet"), compareSheet = new Sheet("compareSheet");
        private readonly Words pinTitle = new Words("pinTitle", 24, true, Ui.Navy) { Text = "暗証番号（4けた）" }, pinLead = new Words("pinLead", 17, false, Ui.Quiet) { Text = "患者さんご本人に入力していただいてください。" };
        private readonly Words sightTitle = new Words("sightTitle", 24, true, Ui.Navy) { Text = "目視確認" };
        private readonly Words sightLead = new Words("sightLead", 17, false, Ui.Quiet) { Text = "カードの券面にある三つの数字で、カードに入っている顔写真を読み出します。発行者の署名も検証します。" }.At(StringAlignment.Near, StringAlignment.Near);
        private readonly Words compareTitle = new Words("compareTitle", 24, true, Ui.Navy).At(StringAlignment.Center), compareLead = new Words("compareLead", 17, false, Ui.Quiet).At(StringAlignment.Center, StringAlignment.Near);

        internal CheckScreen()
        {
            Name = "check";
            BackColor = Ui.Ground;
            left.Controls.AddRange(new Control[] { Pin, Sight, Reader, State, Hint, Steps, Stop });
            pinSheet.Controls.AddRange(new Control[] { pinTitle, pinLead, Dots, Pad, Go });
            Staff = new Field(sightSheet, "staff", "担当者");
            Birth = new Field(sightSheet, "printedBirth", "生年月日（8けた）", false, 8);
            Expiry = new Field(sightSheet, "printedExpiry", "有効期限の年（4けた）", false, 4);
            Code = new Field(sightSheet, "printedCode", "セキュリティコード（4けた）", false, 4);
            sightSheet.Controls.AddRange(new Control[] { sightTitle, sightLead, ReadPhoto, OwnEyes });
            compareSheet.Controls.AddRange(new Control[] { compareTitle, compareLead, Photo, Same, Other });
            Controls.AddRange(new Control[] { left, pinSheet, sightSheet, compareSheet });
            Show(Method.Pin, false);
            built = true;
        }

        /// <summary>Which part is on the right: the keys, the numbers of the card, or the faces to compare.</summary>
        internal void Show(Method method, bool compare)
        {
            Pin.Chosen = method == Method.Pin;
            Sight.Chosen = method == Method.Visual;
            pinSheet.Visible = method == Method.Pin;
            sightSheet.Visible = method == Method.Visual && !compare;
            compareSheet.Visible = compare;
        }

        /// <summary>The faces to compare: with the verified photo, or with the one that is printed on the card.</summary>
        internal void Compare(Bitmap photo)
        {
            Photo.Image = photo;
            compareTitle.Text = "この方はご本人ですか";
            compareLead.Text = photo == null ? "カードの券面の写真と、患者さんのお顔を見比べてください。" : "カードから読み出した写真（発行者の署名を検証済み）と、患者さんのお顔を見比べてください。";
            Show(Method.Visual, true);
            PerformLayout();
        }

        /// <summary>What belongs to a patient goes.</summary>
        internal void Wipe()
        {
            var photo = Photo.Image as Bitmap;
            Photo.Image = null;
            if (photo != null)
            {
                using (var graphics = Graphics.FromImage(photo)) graphics.Clear(Color.White);
                photo.Dispose();
            }
            foreach (var field in new[] { Birth, Expiry, Code }) field.Wipe();
            Dots.Count = 0;
            compareTitle.Text = compareLead.Text = "";
        }

        protected override void OnLayout(LayoutEventArgs e)
        {
            base.OnLayout(e);
            if (!built) return;
            int edge = Ui.Px(28), top = Ui.Px(24), high = Height - 2 * top, half = (Width - 3 * edge) / 2, inner = half - 2 * edge;
            left.SetBounds(edge, top, half, high);
            foreach (var sheet in new[] { pinSheet, sightSheet, compareSheet }) sheet.SetBounds(2 * edge + half, top, half, high);
            Pin.SetBounds(edge, edge, inner / 2 - Ui.Px(5), Ui.Px(56));
            Sight.SetBounds(edge + inner / 2 + Ui.Px(5), edge, inner / 2 - Ui.Px(5), Ui.Px(56));
            Stop.SetBounds(edge, high - Ui.Px(56) - edge, inner, Ui.Px(56));
            Steps.SetBounds(edge + Ui.Px(110), Stop.Top - Ui.Px(168), inner - Ui.Px(110), Ui.Px(152));
            Reader.SetBounds(edge, Pin.Bottom + Ui.Px(10), inner, Ui.Px(182));
            State.SetBounds(Ui.Px(6), Reader.Bottom + Ui.Px(6), half - Ui.Px(12), Ui.Px(48));
            Hint.SetBounds(edge, State.Bottom, inner, Ui.Px(30));

            pinTitle.SetBounds(edge, Ui.Px(22), inner, Ui.Px(38));
            pinLead.SetBounds(edge, pinTitle.Bottom, inner, Ui.Px(30));
            Dots.SetBounds(edge, pinLead.Bottom + Ui.Px(14), inner, Ui.Px(72));
            Go.SetBounds(edge, high - Ui.Px(68) - edge, inner, Ui.Px(68));
            Pad.SetBounds(edge, Dots.Bottom + Ui.Px(18), inner, Go.Top - Dots.Bottom - Ui.Px(38));

            sightTitle.SetBounds(edge, Ui.Px(22), inner, Ui.Px(38));
            sightLead.SetBounds(edge, sightTitle.Bottom + Ui.Px(4), inner, Ui.Px(60));
            var at = sightLead.Bottom + Ui.Px(14);
            foreach (var field in new[] { Staff, Birth, Expiry, Code })
            {
                field.Place(edge, at, Ui.Px(240), inner - Ui.Px(240));
                at += Ui.Px(58);
            }
            OwnEyes.SetBounds(edge, high - Ui.Px(60) - edge, inner, Ui.Px(60));
            ReadPhoto.SetBounds(edge, OwnEyes.Top - Ui.Px(84), inner, Ui.Px(68));

            compareTitle.SetBounds(edge, Ui.Px(20), inner, Ui.Px(40));
            compareLead.SetBounds(edge, compareTitle.Bottom, inner, Ui.Px(54));
            Same.SetBounds(edge, high - Ui.Px(68) - edge, inner / 2 - Ui.Px(6), Ui.Px(68));
            Other.SetBounds(edge + inner / 2 + Ui.Px(6), Same.Top, inner / 2 - Ui.Px(6), Ui.Px(68));
            Photo.SetBounds(edge, compareLead.Bottom + Ui.Px(10), inner, Same.Top - compareLead.Bottom - Ui.Px(28));
        }
    }
}
